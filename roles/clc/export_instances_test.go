package clc

// What the tests of instances reach besides exported names.
var (
	InstanceActions = instanceActions
	PasswordIn      = passwordIn
)
