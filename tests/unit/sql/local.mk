# SPDX-License-Identifier: GPL-2.0-or-later
check_PROGRAMS += \
	tests/unit/sql/check_sql \
	tests/unit/sql/check_sql_files \
	tests/unit/sql/check_sql_forms \
	tests/unit/sql/check_sql_history \
	tests/unit/sql/check_sql_shell
tests_unit_sql_check_sql_SOURCES = \
	tests/unit/sql/check_sql.c \
	tests/unit/sql/scene.c \
	tests/unit/sql/scene.h
tests_unit_sql_check_sql_files_SOURCES = \
	tests/unit/sql/check_sql_files.c \
	tests/unit/sql/scene.c \
	tests/unit/sql/scene.h
tests_unit_sql_check_sql_forms_SOURCES = \
	tests/unit/sql/check_sql_forms.c \
	tests/unit/sql/scene.c \
	tests/unit/sql/scene.h
tests_unit_sql_check_sql_history_SOURCES = tests/unit/sql/check_sql_history.c
tests_unit_sql_check_sql_shell_SOURCES = \
	tests/unit/sql/check_sql_shell.c \
	tests/unit/sql/scene.c \
	tests/unit/sql/scene.h
