// What the Daemon does to the socket of a connection beside what its guest does, which reads,
// writes and closes it.
//
// Any thread; the descriptor is the caller's, and stays open.
#pragma once

namespace pdns::http {

// Bytes of an answer that the system holds for a peer that is slower than we are. Without a bound
// the socket's buffer grows to megabytes: a hundred slow readers made it 390 MB in all. And a
// socket can be written again once half of this is on its way; of a buffer of megabytes a third has
// to go first, so that a peer that read 50 KB/s was cut by `answer_time` like one that reads
// nothing.
inline constexpr int kMostUnsent = 128 << 10;

// Bounds what waits to be sent by kMostUnsent. Of another socket than TCP's nothing is changed.
void BoundUnsent(int fd);

// Ends our side, and reads what the peer sent and nobody has read: it would make the kernel reset
// the connection, the answer with it. One look, no wait.
void EndGently(int fd);

}  // namespace pdns::http
