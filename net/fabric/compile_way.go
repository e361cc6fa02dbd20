package fabric

// An enclosed port's routes lead to no gateway, or only for some addresses. Its
// packets to and from the uplink are judged one by one, before the groups and
// whatever flow they belong to: a route that is taken away ends what went along
// it. A VPC without such ports has none of this.
//
//	way (base, accepts)
//	├── out of the uplink: way_out[tap it came in by] → way_out_TAP: accept Outside, drop
//	└── in by the uplink:  way_in[tap it goes out by] → way_in_TAP:  accept Outside, drop

// enclosed are the ports that may not go everywhere.
func (c vpcCompiler) enclosed() []Port {
	var ps []Port
	for _, p := range c.ports {
		if p.Enclosed {
			ps = append(ps, p)
		}
	}
	return ps
}

func (c vpcCompiler) wayMaps() []Set {
	ps := c.enclosed()
	if len(ps) == 0 {
		return nil
	}
	maps := []Set{
		{Name: mapWayIn, Key: []Type{TypeName}, Data: TypeVerdict},
		{Name: mapWayOut, Key: []Type{TypeName}, Data: TypeVerdict},
	}
	for i := range maps {
		for _, p := range ps {
			maps[i].Elements = append(maps[i].Elements, Element{p.Tap, maps[i].Name + "_" + p.Tap})
		}
	}
	return maps
}

func (c vpcCompiler) ways() []Chain {
	ps := c.enclosed()
	if len(ps) == 0 {
		return nil
	}
	var out []Chain
	for _, p := range ps {
		out = append(out, way(mapWayIn, p, Source), way(mapWayOut, p, Dest))
	}
	send, hear := choose(mapWayOut, InName), choose(mapWayIn, OutName)
	send.If, hear.If = []Match{name(OutName, Uplink)}, []Match{name(InName, Uplink)}
	return append(out, Chain{Name: "way", Hook: Hook{Type: "filter", At: "forward", Priority: prioWay}, Rules: []Rule{send, hear}})
}

// way lets a port's packets pass whose other end is one of its Outside.
func way(dir string, p Port, peer Field) Chain {
	ch := Chain{Name: dir + "_" + p.Tap}
	for _, to := range p.Outside {
		r := accept()
		if to.Bits() > 0 {
			r = accept(prefix(peer, to))
		}
		ch.Rules = append(ch.Rules, r)
	}
	ch.Rules = append(ch.Rules, drop())
	return ch
}
