package e2e

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// machine is an instance.
type machine struct {
	*tenant
	id string
}

// look describes the instance as it is now.
func (m *machine) look() (types.Instance, error) {
	out, err := m.ec2.DescribeInstances(context.Background(), &ec2.DescribeInstancesInput{InstanceIds: []string{m.id}})
	if err != nil {
		return types.Instance{}, err
	}
	if len(out.Reservations) != 1 || len(out.Reservations[0].Instances) != 1 {
		return types.Instance{}, fmt.Errorf("%s is described %d times", m.id, len(out.Reservations))
	}
	return out.Reservations[0].Instances[0], nil
}

// describe is look for what must succeed.
func (m *machine) describe() types.Instance {
	m.b.Helper()
	i, err := m.look()
	if err != nil {
		m.b.Fatal(err)
	}
	return i
}

// await waits until the instance is in a state and returns it.
func (m *machine) await(state types.InstanceStateName) types.Instance {
	m.b.Helper()
	var now types.Instance
	await(m.b, fmt.Sprintf("%s to be %s", m.id, state), 2*soon, func() (bool, string) {
		i, err := m.look()
		if err != nil {
			return false, err.Error()
		}
		now = i
		return i.State.Name == state, fmt.Sprintf("%s, %s", i.State.Name, reason(i))
	})
	return now
}

// reason is the code and text of why an instance is in its state.
func reason(i types.Instance) string {
	if i.StateReason == nil {
		return "no reason"
	}
	return aws.ToString(i.StateReason.Code) + " (" + aws.ToString(i.StateReason.Message) + ")"
}

// console returns what the guest has written so far.
func (m *machine) console() (string, error) {
	out, err := m.ec2.GetConsoleOutput(context.Background(), &ec2.GetConsoleOutputInput{InstanceId: &m.id, Latest: aws.Bool(true)})
	if err != nil {
		return "", err
	}
	text, err := base64.StdEncoding.DecodeString(aws.ToString(out.Output))
	return strings.ReplaceAll(string(text), "\r", ""), err
}

// awaitConsole waits until a text is on the console at least n times and
// returns the console.
func (m *machine) awaitConsole(text string, n int, bound time.Duration) string {
	m.b.Helper()
	var all string
	await(m.b, fmt.Sprintf("%q %d times on the console of %s", text, n, m.id), bound, func() (bool, string) {
		now, err := m.console()
		if err != nil {
			return false, err.Error()
		}
		all = now
		return strings.Count(now, text) >= n, fmt.Sprintf("%d times; it ends with:\n%s", strings.Count(now, text), tailOf(now))
	})
	return all
}

// tailOf is the end of a console, for failures.
func tailOf(console string) string { return console[max(0, len(console)-1500):] }

func (m *machine) terminate() {
	m.b.Helper()
	if _, err := m.ec2.TerminateInstances(context.Background(), &ec2.TerminateInstancesInput{InstanceIds: []string{m.id}}); err != nil {
		m.b.Fatal(err)
	}
}

func (m *machine) stop() {
	m.b.Helper()
	if _, err := m.ec2.StopInstances(context.Background(), &ec2.StopInstancesInput{InstanceIds: []string{m.id}}); err != nil {
		m.b.Fatal(err)
	}
}

func (m *machine) start() {
	m.b.Helper()
	if _, err := m.ec2.StartInstances(context.Background(), &ec2.StartInstancesInput{InstanceIds: []string{m.id}}); err != nil {
		m.b.Fatal(err)
	}
}

func (m *machine) reboot() {
	m.b.Helper()
	if _, err := m.ec2.RebootInstances(context.Background(), &ec2.RebootInstancesInput{InstanceIds: []string{m.id}}); err != nil {
		m.b.Fatal(err)
	}
}

// end terminates machines and waits until they are.
func end(ms ...*machine) {
	for _, m := range ms {
		m.b.Helper()
		m.terminate()
	}
	for _, m := range ms {
		m.await(types.InstanceStateNameTerminated)
	}
}
