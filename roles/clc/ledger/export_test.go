package ledger

// Secret reports whether the text of a member of that name is taken out.
func Secret(name string) bool { return secret.MatchString(name) }
