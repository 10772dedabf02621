//go:build tools

// Package toolchain pins the Pulumi CLI and everything it is built from.
package toolchain

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
