"""Where wrapped keys are kept: the database side of `keys.KeyStore`."""
