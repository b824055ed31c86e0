"""The filing portal of an intellectual-property office."""
