"""What forms ask and what is asked twice: the re-entry meter, the register of applications, the form linter."""
