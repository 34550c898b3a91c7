src_libpyheld_a_SOURCES += \
	src/target/image.h \
	src/target/memory.h \
	src/target/target.h
