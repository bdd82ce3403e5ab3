# Toolchain of the cross-compiled builds (presets arm64 and s390x): Debian's cross g++, the libraries
# that tools/sysroot unpacked, and an emulator to run what comes out.
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES FAULTLINE_CROSS)
if(FAULTLINE_CROSS STREQUAL "arm64")
  set(CMAKE_SYSTEM_PROCESSOR aarch64)
elseif(FAULTLINE_CROSS STREQUAL "s390x")
  set(CMAKE_SYSTEM_PROCESSOR s390x)
else()
  message(FATAL_ERROR "FAULTLINE_CROSS: want arm64 or s390x, got \"${FAULTLINE_CROSS}\"")
endif()
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_LIBRARY_ARCHITECTURE ${CMAKE_SYSTEM_PROCESSOR}-linux-gnu)
set(CMAKE_CXX_COMPILER ${CMAKE_LIBRARY_ARCHITECTURE}-g++)

set(sysroot ${CMAKE_CURRENT_LIST_DIR}/../build/sysroot/${FAULTLINE_CROSS})
cmake_path(NORMAL_PATH sysroot)
set(CMAKE_FIND_ROOT_PATH ${sysroot} ${sysroot}/usr)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)  # protoc runs here
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
# What the libraries need themselves is in either folder.
set(CMAKE_EXE_LINKER_FLAGS_INIT "-Wl,-rpath-link,${sysroot}/lib/${CMAKE_LIBRARY_ARCHITECTURE} -Wl,-rpath-link,${sysroot}/usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}")
set(CMAKE_CROSSCOMPILING_EMULATOR "qemu-${CMAKE_SYSTEM_PROCESSOR}-static;-L;${sysroot}")
