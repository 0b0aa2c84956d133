"""How sure we are who it is: the population registry and assurance levels."""
