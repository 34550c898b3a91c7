src_libpyheld_a_SOURCES += \
	src/analysis/bits.h \
	src/analysis/chain.c \
	src/analysis/chain.h \
	src/analysis/cycles.c \
	src/analysis/cycles.h \
	src/analysis/garbage.c \
	src/analysis/garbage.h \
	src/analysis/loop.c \
	src/analysis/loop.h \
	src/analysis/path.h \
	src/analysis/pattern.c \
	src/analysis/pattern.h \
	src/analysis/reach.c \
	src/analysis/reach.h \
	src/analysis/referrers.c \
	src/analysis/referrers.h \
	src/analysis/roots.c \
	src/analysis/roots.h \
	src/analysis/scc.c \
	src/analysis/scc.h \
	src/analysis/stray.c \
	src/analysis/stray.h \
	src/analysis/summary.c \
	src/analysis/summary.h
