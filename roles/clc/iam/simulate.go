package iam

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/cloud/policy"
	"ecc/store"
)

// SimulateCustomPolicy tells what policies of the request would decide.
func (s *Service) SimulateCustomPolicy(ctx context.Context, c *awsquery.Call, in *iam.SimulateCustomPolicyRequest) (*iam.SimulateCustomPolicyResult, error) {
	return s.simulate(ctx, c, subject{}, in)
}

// SimulatePrincipalPolicy tells what the policies of a user, a group or a role
// decide, with those of the request besides.
func (s *Service) SimulatePrincipalPolicy(ctx context.Context, c *awsquery.Call, in *iam.SimulatePrincipalPolicyRequest) (*iam.SimulatePrincipalPolicyResult, error) {
	who, err := s.subjectOf(ctx, c, text(in.PolicySourceArn))
	if err != nil {
		return nil, err
	}
	return s.simulate(ctx, c, who, &iam.SimulateCustomPolicyRequest{PolicyInputList: in.PolicyInputList,
		PermissionsBoundaryPolicyInputList: in.PermissionsBoundaryPolicyInputList, ActionNames: in.ActionNames, ResourceArns: in.ResourceArns,
		ResourcePolicy: in.ResourcePolicy, ResourceOwner: in.ResourceOwner, CallerArn: in.CallerArn, ContextEntries: in.ContextEntries,
		ResourceHandlingOption: in.ResourceHandlingOption, MaxItems: in.MaxItems, Marker: in.Marker})
}

// simulate decides each action on each resource, those of one page.
func (s *Service) simulate(ctx context.Context, c *awsquery.Call, who subject, in *iam.SimulateCustomPolicyRequest) (*iam.SimulatePolicyResponse, error) {
	m, err := s.newSimulation(ctx, c, who, in)
	if err != nil {
		return nil, err
	}
	resources := in.ResourceArns
	if len(resources) == 0 {
		resources = []string{"*"}
	}
	var all []string // the numbers of what is asked, in the order of the request
	for k := range len(in.ActionNames) * len(resources) {
		all = append(all, fmt.Sprintf("%07d", k))
	}
	var out iam.SimulatePolicyResponse
	all, out.IsTruncated, out.Marker, err = page(c, all, itself, paging{in.Marker, in.MaxItems})
	out.EvaluationResults = []iam.EvaluationResult{}
	for _, number := range all {
		k, _ := strconv.Atoi(number) // it is ours
		out.EvaluationResults = append(out.EvaluationResults, m.result(in.ActionNames[k/len(resources)], resources[k%len(resources)]))
		if ctx.Err() != nil { // whoever asked for so much has gone, or had time enough
			return nil, ctx.Err()
		}
	}
	return &out, err
}

var (
	actionForm   = regexp.MustCompile(`^[A-Za-z0-9-]+:[A-Za-z0-9]+$`)
	resourceForm = regexp.MustCompile(`^(\*|arn:[^:]*:[^:]*:[^:]*:[^:]*:.+)$`)
	userForm     = regexp.MustCompile(`^arn:aws:iam::(\d{12}):user/[^*?]+$`)
	ownerForm    = regexp.MustCompile(`^(?:arn:aws:iam::)?(\d{12})(?::root)?$`)
)

// checkSimulation checks the form of what is asked.
func checkSimulation(in *iam.SimulateCustomPolicyRequest) error {
	if in.ResourceHandlingOption != nil {
		return cloud.Errorf(cloud.Unsupported, cloud.ResParameter, "ResourceHandlingOption", "This cloud does not simulate scenarios: name each resource an action needs in ResourceArns.")
	}
	for _, a := range in.ActionNames {
		if !actionForm.MatchString(a) {
			return badInput("Invalid Action: %s. An action is a service and a name, as in ec2:RunInstances, without wildcards.", a)
		}
	}
	for _, r := range in.ResourceArns {
		if !resourceForm.MatchString(r) || len(r) > 2048 {
			return badInput("Invalid Resource ARN: %s", r)
		}
	}
	if len(in.PermissionsBoundaryPolicyInputList) > 1 {
		return badInput("Only one permissions boundary can be simulated.")
	}
	return nil
}

// badInput is an InvalidInput.
func badInput(format string, args ...any) error {
	return cloud.Errorf(cloud.Invalid, cloud.ResPolicyDocument, "", format, args...)
}

// simulation is what decides the questions of one request.
type simulation struct {
	rights *policy.Rights
	texts  []source // of the policies by number, which is their name in rights
	guard  policy.Guard
	onARN  *source // the resource's policy; nil for none
	bound  bool    // there is a boundary
	limits bool    // the account has policies
	caller policy.Caller
	facts  facts
}

func (s *Service) newSimulation(ctx context.Context, c *awsquery.Call, who subject, in *iam.SimulateCustomPolicyRequest) (*simulation, error) {
	if err := checkSimulation(in); err != nil {
		return nil, err
	}
	m := &simulation{guard: policy.Guard{Account: c.Caller.Account}, facts: facts{given: map[string][]string{}, now: c.Now}}
	if err := m.takeEntries(in.ContextEntries); err != nil {
		return nil, err
	}
	if err := m.takePolicies(who, in); err != nil {
		return nil, err
	}
	if err := s.takeCaller(ctx, c, m, who, text(in.CallerArn), in.ResourcePolicy != nil); err != nil {
		return nil, err
	}
	return m, m.takeResource(in)
}

// takeEntries reads the condition keys of the request.
func (m *simulation) takeEntries(entries []iam.ContextEntry) error {
	for _, e := range entries {
		key := policy.KeyName(text(e.ContextKeyName))
		_, twice := m.facts.given[key]
		switch {
		case !strings.Contains(key, ":"):
			return badInput("Invalid context key: %s", text(e.ContextKeyName))
		case twice:
			return badInput("The context key %s is there more than once.", text(e.ContextKeyName))
		case e.ContextKeyType != nil && !strings.HasSuffix(*e.ContextKeyType, "List") && len(e.ContextKeyValues) > 1:
			return badInput("The context key %s is of type %s and has several values.", text(e.ContextKeyName), *e.ContextKeyType)
		}
		m.facts.given[key] = e.ContextKeyValues
	}
	return nil
}

// takePolicies compiles the policies of the subject and of the request.
func (m *simulation) takePolicies(who subject, in *iam.SimulateCustomPolicyRequest) error {
	var r cloud.Rights
	add := func(src source) (cloud.Document, error) {
		p, err := readSource(src)
		if err != nil {
			return cloud.Document{}, err
		}
		m.texts = append(m.texts, p)
		return cloud.Document{Name: strconv.Itoa(len(m.texts) - 1), Text: src.text}, nil
	}
	boundary := who.boundary
	for k, doc := range in.PermissionsBoundaryPolicyInputList {
		boundary = &source{id: fmt.Sprintf("PermissionsBoundaryPolicyInputList.%d", k+1), kind: boundaryPolicy, text: doc}
	}
	list := who.policies
	for k, doc := range in.PolicyInputList {
		list = append(list, source{id: fmt.Sprintf("PolicyInputList.%d", k+1), kind: iamPolicy, text: doc})
	}
	for _, src := range list {
		d, err := add(src)
		if err != nil {
			return err
		}
		r.Identity = append(r.Identity, d)
	}
	for _, src := range who.account {
		d, err := add(src)
		if err != nil {
			return err
		}
		r.Account = append(r.Account, d)
	}
	if boundary != nil {
		d, err := add(*boundary)
		if err != nil {
			return err
		}
		r.Boundary, m.bound = &d, true
	}
	m.limits = len(r.Account) > 0
	var err error
	m.rights, err = policy.NewCache(1 << 20).Rights(&r)
	return err
}

// takeCaller finds who is simulated: the subject, or the user the request names.
func (s *Service) takeCaller(ctx context.Context, c *awsquery.Call, m *simulation, who subject, arn string, needed bool) error {
	if arn == "" && who.caller.Kind == "" && needed {
		return badInput("CallerArn is required with ResourcePolicy.")
	}
	if arn != "" {
		account := userForm.FindStringSubmatch(arn)
		if account == nil {
			return badInput("Invalid CallerArn: %s. It must be the ARN of a user.", arn)
		}
		who.caller = cloud.Caller{Kind: cloud.PrincipalUser, Account: cloud.AccountID(account[1]), ARN: arn, Name: arn[strings.LastIndexByte(arn, '/')+1:]}
		err := s.view(ctx, func(tx *store.Tx) error {
			if u, err := userNamed(tx, c, who.caller.Name); err == nil && u.ARN() == arn {
				who.caller = callerOf(u)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	m.facts.caller = &who.caller
	if who.caller.Kind == "" { // policies of nobody: they are decided as if of somebody of this account
		m.facts.caller = nil
		who.caller = cloud.Caller{Account: c.Caller.Account, ARN: cloud.IAMARN(c.Caller.Account, "user/")}
	}
	m.caller = policy.CallerOf(&who.caller, "")
	return nil
}

// takeResource reads the resource's policy and whose the resource is.
func (m *simulation) takeResource(in *iam.SimulateCustomPolicyRequest) error {
	if o := text(in.ResourceOwner); o != "" {
		account := ownerForm.FindStringSubmatch(o)
		if account == nil {
			return badInput("Invalid ResourceOwner: %s. It must be the ARN of an account.", o)
		}
		m.guard.Account = cloud.AccountID(account[1])
	}
	if in.ResourcePolicy == nil {
		return nil
	}
	p, err := policy.ParseResource([]byte(*in.ResourcePolicy))
	if err != nil {
		return badInput("Invalid ResourcePolicy: %s", err)
	}
	src := source{id: "ResourcePolicy", kind: resourcePolicy, text: *in.ResourcePolicy, policy: p}
	if src.passages, err = policy.Passages(src.text); err != nil {
		return badInput("Invalid ResourcePolicy: %s", err)
	}
	m.guard.Policy, m.onARN = p, &src
	return nil
}
