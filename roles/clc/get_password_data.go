package clc

import (
	"bytes"
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/rpc"
)

// GetPasswordData returns the administrator's password as the guest encrypted
// it with the public key of its key pair and wrote it to the serial console.
// There is none until it did, and none of guests that do not.
func (s *Service) GetPasswordData(ctx context.Context, c *awsquery.Call, in *ec2.GetPasswordDataRequest) (*ec2.GetPasswordDataResult, error) {
	i, err := s.instance(ctx, c.Caller.Account, *in.InstanceId)
	if err != nil {
		return nil, err
	}
	out := &ec2.GetPasswordDataResult{InstanceId: in.InstanceId, Timestamp: ptr(c.Now.UTC()), PasswordData: ptr("")}
	if i.State() == cloud.StateTerminated || i.Desired.Node == "" {
		return out, nil
	}
	a, err := s.ask(ctx, rpc.AskConsole, i, consoleLimit)
	if err != nil {
		return nil, err
	}
	out.PasswordData = ptr(passwordIn(a.Data))
	return out, nil
}

// maxPassword bounds the encrypted password: RSA of 4096 bits in base64, and
// line ends.
const maxPassword = 1024

// passwordIn finds the newest password on a console, in the form that EC2's
// launch agent for Windows writes it: <Password> base64 </Password>.
func passwordIn(console []byte) string {
	end := bytes.LastIndex(console, []byte("</Password>"))
	if end < 0 {
		return ""
	}
	const mark = "<Password>"
	begin := bytes.LastIndex(console[:end], []byte(mark))
	if begin < 0 || end-begin > maxPassword+len(mark) {
		return ""
	}
	var out []byte
	for _, b := range bytes.TrimSpace(console[begin+len(mark) : end]) {
		switch {
		case b == '\r' || b == '\n':
		case b == '+' || b == '/' || b == '=' || (b >= '0' && b <= '9') || (b >= 'A' && b <= 'Z') || (b >= 'a' && b <= 'z'):
			out = append(out, b)
		default:
			return ""
		}
	}
	return string(out)
}
