# SPDX-License-Identifier: GPL-2.0-or-later
check_PROGRAMS += \
	tests/unit/target/check_census \
	tests/unit/target/check_copy \
	tests/unit/target/check_core \
	tests/unit/target/check_core_files \
	tests/unit/target/check_core_memory \
	tests/unit/target/check_elf \
	tests/unit/target/check_forked \
	tests/unit/target/check_image \
	tests/unit/target/check_memory \
	tests/unit/target/check_open \
	tests/unit/target/check_proc \
	tests/unit/target/check_process \
	tests/unit/target/check_remote \
	tests/unit/target/check_residency \
	tests/unit/target/check_resident \
	tests/unit/target/check_serve \
	tests/unit/target/check_unpack \
	tests/unit/target/live/check_held \
	tests/unit/target/live/check_holder \
	tests/unit/target/live/check_quiet \
	tests/unit/target/live/check_stop \
	tests/unit/target/live/check_unstopped
tests_unit_target_check_image_SOURCES = \
	tests/unit/target/check_image.c \
	tests/unit/target/image-elsewhere.c \
	tests/unit/target/image-elsewhere.h
# It looks for its own types in its own DWARF.
tests_unit_target_check_image_CFLAGS = $(AM_CFLAGS) -g
tests_unit_target_check_core_files_SOURCES = \
	tests/unit/target/check_core_files.c \
	tests/unit/target/library-core.c \
	tests/unit/target/library-core.h
tests_unit_target_check_core_memory_SOURCES = \
	tests/unit/target/check_core_memory.c \
	tests/unit/target/library-core.c \
	tests/unit/target/library-core.h
tests_unit_target_check_proc_SOURCES = \
	tests/unit/target/check_proc.c \
	tests/unit/target/proc-folder.c \
	tests/unit/target/proc-folder.h
tests_unit_target_check_process_SOURCES = \
	tests/unit/target/check_process.c \
	tests/unit/target/proc-folder.c \
	tests/unit/target/proc-folder.h
tests_unit_target_live_check_held_SOURCES = \
	tests/unit/target/live/check_held.c \
	tests/unit/target/live/holding.c \
	tests/unit/target/live/holding.h
tests_unit_target_live_check_holder_SOURCES = \
	tests/unit/target/live/check_holder.c \
	tests/unit/target/live/holding.c \
	tests/unit/target/live/holding.h
tests_unit_target_live_check_quiet_SOURCES = \
	tests/unit/target/live/check_quiet.c \
	tests/unit/target/proc-folder.c \
	tests/unit/target/proc-folder.h
