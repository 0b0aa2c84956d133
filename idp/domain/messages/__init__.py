"""E-mail (later SMS and WhatsApp): templates, channels, delivery through the outbox."""
