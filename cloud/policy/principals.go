package policy

// Principals lists whom the policy's statements name, by Principal and by
// NotPrincipal, in their order.
func (p *Policy) Principals() []Principal {
	var out []Principal
	for i := range p.statements {
		out = append(out, p.statements[i].principals...)
	}
	return out
}
