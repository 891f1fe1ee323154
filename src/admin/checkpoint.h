// The command checkpoint: a copy of the database as it is now, in a directory that is made for it.
//
// It costs no room at first where the directory lies on the same file system: table files are hard
// links, which last as long as one of the two needs them. The copy is a database like any other.
// Option directory: absolute, since the process that owns the database stands elsewhere. Beside a
// live ingester, which goes on as soon as the copy is made. Option dry-run: says whether it could
// be made.
#pragma once

#include "admin/work.h"

namespace pdns::admin {

// kUsage: no directory, a relative one, or one inside the database; kNoInput: it is there already,
// or what it is to stand in is not; kDisk: also if another disk has no room for it; kIo. After an
// error, and after a kill, there is no directory of that name. Thread as RunWork.
Result<control::Reply::Report> Checkpoint(const Job& job);

}  // namespace pdns::admin
