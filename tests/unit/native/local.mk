# SPDX-License-Identifier: GPL-2.0-or-later
check_PROGRAMS += \
	tests/unit/native/check_blocks \
	tests/unit/native/check_mappings \
	tests/unit/native/check_native \
	tests/unit/native/check_owners \
	tests/unit/native/check_stacks
