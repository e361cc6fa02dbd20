package store

import "ecc/cloud"

var launchTemplateVersions = noun[cloud.LaunchTemplateVersion]{
	kind: KindLaunchTemplateVersion,
	key:  func(l *cloud.LaunchTemplateVersion) string { return l.ID },
	indexes: map[Index]func(*cloud.LaunchTemplateVersion) string{
		ByAccount:  func(l *cloud.LaunchTemplateVersion) string { return string(l.Account) },
		ByTemplate: func(l *cloud.LaunchTemplateVersion) string { return string(l.Template) },
	},
}

// LaunchTemplateVersions are the versions of launch templates.
func (tx *Tx) LaunchTemplateVersions() Table[string, cloud.LaunchTemplateVersion] {
	return Table[string, cloud.LaunchTemplateVersion]{tx, &launchTemplateVersions}
}
