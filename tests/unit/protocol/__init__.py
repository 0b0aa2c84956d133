"""The protocol layer alone: values in, values out."""
