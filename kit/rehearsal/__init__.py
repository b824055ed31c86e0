"""A tier rehearsed on this machine: plain Debian containers, reached by SSH as real servers are."""
