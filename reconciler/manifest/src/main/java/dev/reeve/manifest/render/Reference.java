package dev.reeve.manifest.render;

import dev.reeve.manifest.text.Position;

/// A path that a kustomization names.
///
/// @param field that names it
/// @param isFolderToo whether another kustomization's folder may be meant
public record Reference(String path, Position at, String field, boolean isFolderToo) {
  /// Whether kustomize would look for it elsewhere than in the repository: an address, or one of
  /// the short forms that it takes for repositories.
  public boolean isRemote() {
    return path.contains("://")
        || path.contains("?ref=")
        || path.contains("?version=")
        || path.matches("(?i)(git::|gh:|github\\.com[/:]|[\\w.-]+@[\\w.-]+[:/]).*");
  }
}
