"""`bin/kit test`: the stages, what each of them counts, and the table at the end."""
