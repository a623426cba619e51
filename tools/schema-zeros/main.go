// Prints `package.Type field zero` for each member of a built-in kind that its Go struct leaves out when it is empty or
// zero although a client sent it (scalars, lists and maps that are no pointers and carry omitempty), and `… null` for
// each that it writes though nothing was sent (lists, maps and times as null, quantities as 0), and `package.Type member = 3` for the number each member has on the wire in
// protobuf (`2.3`: in a struct embedded without a name that has number 2). generate-schemas.py runs it.
package main

import (
	"fmt"
	"reflect"
	"strings"

	apps "k8s.io/api/apps/v1"
	authentication "k8s.io/api/authentication/v1"
	authorization "k8s.io/api/authorization/v1"
	autoscaling "k8s.io/api/autoscaling/v2"
	batch "k8s.io/api/batch/v1"
	coordination "k8s.io/api/coordination/v1"
	core "k8s.io/api/core/v1"
	events "k8s.io/api/events/v1"
	networking "k8s.io/api/networking/v1"
	policy "k8s.io/api/policy/v1"
	rbac "k8s.io/api/rbac/v1"
	extensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
)

var seen = map[reflect.Type]bool{}

func visit(t reflect.Type) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || seen[t] {
		return
	}
	seen[t] = true
	members(t, t, "")
}

// Members of structs embedded without a name belong to the owner.
func members(t, owner reflect.Type, prefix string) {
	for i := 0; i < t.NumField(); i++ {
		field := t.Field(i)
		if field.Anonymous && strings.HasPrefix(field.Tag.Get("json"), ",") && field.Type.Kind() == reflect.Struct {
			inner := prefix + number(field) + "."
			if number(field) == "" {
				inner = "none" // kind and apiVersion, which travel in the envelope
			}
			members(field.Type, owner, inner)
			continue
		}
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		path := strings.Split(owner.PkgPath(), "/")
		full := path[len(path)-2] + "." + path[len(path)-1] + "." + owner.Name()
		if number(field) != "" && prefix != "none" {
			fmt.Printf("%s %s = %s\n", full, name, prefix+number(field))
		}
		if what := habit(field.Type, options); what != "" {
			fmt.Printf("%s %s %s\n", full, name, what)
		}
		visit(field.Type)
	}
}

func number(field reflect.StructField) string {
	parts := strings.Split(field.Tag.Get("protobuf"), ",")
	if len(parts) < 2 {
		return ""
	}
	return parts[1]
}

func habit(t reflect.Type, options string) string {
	omitted := strings.Contains(options, "omitempty")
	switch t.Kind() {
	case reflect.Pointer:
		return ""
	case reflect.Struct:
		if t.Name() == "Quantity" || strings.HasSuffix(t.Name(), "Time") && !strings.Contains(options, "omitzero") {
			return "null"
		}
		return ""
	case reflect.Slice, reflect.Map:
		if !omitted {
			return "null"
		}
	}
	if omitted {
		return "zero"
	}
	return ""
}

func main() {
	for _, kind := range []any{core.Namespace{}, core.Secret{}, core.ConfigMap{}, core.Service{}, core.ServiceAccount{},
		core.Pod{}, core.PersistentVolumeClaim{}, core.Event{}, core.Node{}, apps.StatefulSet{}, apps.Deployment{},
		apps.ReplicaSet{}, apps.ControllerRevision{}, rbac.Role{}, rbac.RoleBinding{}, rbac.ClusterRole{},
		rbac.ClusterRoleBinding{}, networking.NetworkPolicy{}, networking.Ingress{}, policy.PodDisruptionBudget{}, batch.Job{},
		autoscaling.HorizontalPodAutoscaler{}, coordination.Lease{}, events.Event{}, extensions.CustomResourceDefinition{}, authentication.TokenRequest{},
		authentication.SelfSubjectReview{}, authorization.SelfSubjectAccessReview{}, authorization.SelfSubjectRulesReview{},
		meta.DeleteOptions{}} {
		visit(reflect.TypeOf(kind))
	}
}
