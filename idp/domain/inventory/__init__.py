"""What forms ask and what is asked twice: the re-entry meter, the form linter, the register of applications.

What belongs here: counts of what was typed (F8); the matcher of form fields, the readers of forms, the linter, its
waivers and the gate in front of production (F9, F21); the register of applications with its clusters and the list of
proposed retirements (F10, U2). Nothing here holds or sees a value of a citizen: a form is questions only.
"""
