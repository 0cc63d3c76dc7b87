package dev.reeve.manifest.images;

import dev.reeve.core.model.ImagePolicy.Part;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.manifest.text.Position;

/// A comment behind a value that says which image stands there: `# {"$imagepolicy": "shop:web"}`.
///
/// @param policy the ImagePolicy that it names, whether there is one or not
/// @param text the value, quotes undone
/// @param at where the value stands
public record Marker(ObjectKey policy, Part part, String text, Position at) {
  /// The kind of what they name, as keys have it.
  public static final String POLICY = "ImagePolicy.image.toolkit.fluxcd.io";
}
