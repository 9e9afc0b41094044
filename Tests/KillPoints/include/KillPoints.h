#ifndef KILL_POINTS_H
#define KILL_POINTS_H

/// A library to be preloaded (`LD_PRELOAD`) into a process of Handrail. It stands before the calls of the C library by which
/// a process changes the world or learns of it: writes, flushes, removals and renames below one folder, the start of children,
/// the look at how they ended, signals. Each such call is a *point*; a point has a kind, the file that it is about, and a
/// number among its like.
///
/// What it does, the environment says:
///
/// - `KILL_POINTS_FOLDER`: the folder whose files count, absolute and without links.
/// - `KILL_POINTS_LOG`: a file to which each point adds a line `KIND FILE NUMBER`, when it is reached, and each child that is
///   about to become a program a line `exec CHILD ARGV...`.
/// - `KILL_POINTS_AT`: `KIND FILE NUMBER PHASE`. There the process kills itself, by SIGKILL. KIND may be `any`: then the number
///   counts points of all kinds, and FILE says nothing.
/// - `KILL_POINTS_DELAY`: how long a child is let run, in milliseconds, before its parent is killed while it waits.
///
/// | kind | FILE | before | within | after |
/// |---|---|---|---|---|
/// | write, sync, cut, remove, rename | below the folder | nothing is done | a write: half of it is | all is done |
/// | spawn | `child` | there is no child | the child is there; `exec`: it is about to become the program | it is the program |
/// | wait | `child` | it has ended, unseen | it runs | its end is seen |
/// | reap | `child` | it is a zombie | | it is gone |
/// | signal | `child` | not sent | | sent |
enum { kill_points_version = 1 };

#endif
