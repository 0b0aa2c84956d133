"""How messages leave the house: mail server, SMS and WhatsApp gateways, the sandbox's mailbox behind one interface."""
