package store

import "ecc/cloud"

var launchTemplates = noun[cloud.LaunchTemplate]{
	kind: KindLaunchTemplate,
	key:  func(l *cloud.LaunchTemplate) string { return string(l.ID) },
	indexes: map[Index]func(*cloud.LaunchTemplate) string{
		ByAccount: func(l *cloud.LaunchTemplate) string { return string(l.Account) },
		ByName:    func(l *cloud.LaunchTemplate) string { return string(l.Account) + "/" + l.Name },
	},
}

// LaunchTemplates name launch parameters.
func (tx *Tx) LaunchTemplates() Table[cloud.LaunchTemplateID, cloud.LaunchTemplate] {
	return Table[cloud.LaunchTemplateID, cloud.LaunchTemplate]{tx, &launchTemplates}
}
