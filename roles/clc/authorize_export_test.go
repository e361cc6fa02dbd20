package clc

// AuthorizedMembers are the members of an action's request that name what it
// touches.
func AuthorizedMembers(action string, in any) []string {
	var out []string
	for _, m := range membersOf(action, in) {
		out = append(out, m.name)
	}
	for k, kind := range otherwise {
		if kind == "" && len(k) > len(action) && k[:len(action)+1] == action+"." {
			out = append(out, k[len(action)+1:])
		}
	}
	return out
}

// Creation is what an action makes, "" for nothing.
func Creation(action string) string { return creations[action] }
