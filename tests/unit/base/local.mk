# SPDX-License-Identifier: GPL-2.0-or-later
check_PROGRAMS += \
	tests/unit/base/check_base \
	tests/unit/base/check_hash \
	tests/unit/base/check_log \
	tests/unit/base/check_newfile \
	tests/unit/base/check_process \
	tests/unit/base/check_rlimit
