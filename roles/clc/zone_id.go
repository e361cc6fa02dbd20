package clc

import (
	"fmt"
	"slices"
	"strings"

	"ecc/cloud"
	"ecc/store"
)

// zoneID is the id of a zone, of the form AWS gives them: us-east-1a is
// use1-az1. In a cloud whose zones are not all named region and letter the
// number is the zone's place in the configuration.
func (s *Service) zoneID(zone string) string {
	lettered := !slices.ContainsFunc(s.cfg.Zones, func(z string) bool {
		return len(z) != len(s.cfg.Region)+1 || !strings.HasPrefix(z, s.cfg.Region)
	})
	n := slices.Index(s.cfg.Zones, zone) + 1
	if lettered {
		n = int(zone[len(zone)-1]-'a') + 1
	}
	return fmt.Sprintf("%s-az%d", shortRegion(s.cfg.Region), n)
}

// zoneOfID finds a zone by its id.
func (s *Service) zoneOfID(id string) (string, bool) {
	for _, z := range s.cfg.Zones {
		if s.zoneID(z) == id {
			return z, true
		}
	}
	return "", false
}

// shortRegion shortens a region's name as AWS does: us-east-1 to use1,
// ap-southeast-2 to apse2.
func shortRegion(region string) string {
	parts := strings.Split(region, "-")
	short := parts[0]
	for _, p := range parts[1:] {
		switch p {
		case "northeast", "northwest", "southeast", "southwest":
			short += p[:1] + p[5:6]
		case "":
		default:
			short += p[:1]
			if n := strings.Trim(p, "0123456789"); n == "" {
				short += p[1:] // all of a number
			}
		}
	}
	return short
}

// zoneState tells whether a zone can run instances, in EC2's words, and why it
// cannot.
func zoneState(tx *store.Tx, zone string) (state, why string) {
	state, why = "unavailable", "No node of this zone has joined."
	for n := range tx.Nodes().By(store.ByZone, zone) {
		if !n.Down {
			return "available", ""
		}
		state, why = "impaired", "No node of this zone reports."
	}
	return state, why
}

// checkZone refuses a zone this cloud does not have.
func (s *Service) checkZone(zone string) error {
	if slices.Contains(s.cfg.Zones, zone) {
		return nil
	}
	return cloud.Errorf(cloud.Invalid, cloud.ResZone, zone, "")
}
