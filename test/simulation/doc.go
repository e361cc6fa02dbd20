// Package simulation tests that IAM's simulation tells the truth: what it says of
// a caller, an action and a resource is what happens when the caller makes the
// call, of EC2, IAM and S3, whatever the policies are.
package simulation
