-- A style is called a style in what is stored, too.

UPDATE jobs SET result = replace(result, '"prompt_as_look"', '"prompt_as_style"') WHERE result LIKE '%prompt_as_look%';
UPDATE users SET hints_shown = replace(hints_shown, '"prompt_as_look"', '"prompt_as_style"');
