from aos_common.migrations import run_online

run_online()
