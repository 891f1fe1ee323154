// The three standard files of a process that was started without some of them.
#pragma once

#include <string>

namespace pdns::tools {

// Call first thing. Where standard input, output or error is closed, the next file that is opened
// would take its number, and what is printed would go into a socket or the database. They become
// /dev/null, opened the wrong way round: reading or writing them fails, so that an answer which
// nobody can get is no success. And a file that reaches the process's limit on file sizes
// (RLIMIT_FSIZE) is a disk that is full: write() says so, and no signal ends the process.
void OpenStandardFiles();

// A help or a version on standard output: the exit code, EX_IOERR with a word where it cannot be
// written to its end.
int PrintAndExit(const std::string& text);

}  // namespace pdns::tools
