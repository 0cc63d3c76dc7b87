package dev.reeve.core.model;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/// `Reeve-Allow-Prune: <sha>`: the deletions of that commit may happen, and no others.
public record PruneApproval(String commit, SortedSet<ObjectKey> deletions) {
  public PruneApproval {
    deletions = Collections.unmodifiableSortedSet(new TreeSet<>(deletions));
  }
}
