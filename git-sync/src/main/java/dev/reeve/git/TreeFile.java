package dev.reeve.git;

/// One entry of a commit that is not a folder.
///
/// @param path from the root of the repository, with forward slashes
/// @param id of the blob, in hex; of a commit elsewhere for a submodule
/// @param size in bytes; 0 for a submodule
public record TreeFile(String path, String id, Kind kind, long size) {
  public enum Kind {
    REGULAR,
    SYMLINK,
    SUBMODULE
  }
}
