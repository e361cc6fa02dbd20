package awsquery

import (
	"context"
	"errors"
	"fmt"
	"reflect"
)

// Access says whether an action may change the cloud.
type Access int

// The accesses.
const (
	Read Access = iota + 1
	Write
)

func (a Access) String() string {
	switch a {
	case Read:
		return "read"
	case Write:
		return "write"
	}
	return fmt.Sprintf("access %d", int(a))
}

// Permission is what a caller needs for an action. On what it is needed follows
// from the request, and whoever authorizes finds it there.
type Permission struct {
	Action string // "ec2:RunInstances"
}

// May is the permission to use an action.
func May(action string) Permission { return Permission{action} }

// Action is one line of a table of actions of a service of type S. Make it
// with Handle.
type Action[S any] struct {
	Name       string
	Access     Access
	Permission Permission

	in, out reflect.Type
	call    func(s S, ctx context.Context, c *Call, in any) (any, error)
}

// Handle makes the table line of an action from a method expression:
//
//	awsquery.Handle("RunInstances", (*Service).RunInstances, awsquery.Write, awsquery.May("ec2:RunInstances"))
//
// The method gets a decoded and checked request and returns a result shape or
// an error, best a *cloud.Error. A nil result is an empty one.
func Handle[S, In, Out any](name string, method func(S, context.Context, *Call, *In) (*Out, error), access Access, p Permission) Action[S] {
	return Action[S]{
		Name: name, Access: access, Permission: p,
		in: reflect.TypeFor[In](), out: reflect.TypeFor[Out](),
		call: func(s S, ctx context.Context, c *Call, in any) (any, error) {
			out, err := method(s, ctx, c, in.(*In))
			if out == nil {
				out = new(Out)
			}
			return out, err
		},
	}
}

// bound is an action tied to its service, with its shapes compiled.
type bound struct {
	name       string
	access     Access
	permission Permission
	in, out    *shape
	call       func(ctx context.Context, c *Call, in any) (any, error)
}

func (a Action[S]) bind(s S, shapes *compiler) (*bound, error) {
	switch {
	case a.Name == "" || a.call == nil:
		return nil, errors.New("it was not made by Handle")
	case a.Access != Read && a.Access != Write:
		return nil, errors.New("it is neither read nor write")
	case a.Permission.Action == "":
		return nil, errors.New("it has no permission")
	}
	in, err := shapes.compile(a.in)
	if err != nil {
		return nil, err
	}
	out, err := shapes.compile(a.out)
	if err != nil {
		return nil, err
	}
	return &bound{
		name: a.Name, access: a.Access, permission: a.Permission, in: in, out: out,
		call: func(ctx context.Context, c *Call, in any) (any, error) { return a.call(s, ctx, c, in) },
	}, nil
}

// Shapes returns the types of the action's request and result.
func (a Action[S]) Shapes() (in, out reflect.Type) { return a.in, a.out }
