package dev.reeve.core.model;

/// An IPv4 network, `10.244.0.0/16`.
///
/// @param address of the network, with no bits beyond `bits`
/// @param bits of its mask, from 1 to 32
public record Cidr(int address, int bits) implements Comparable<Cidr> {
  public Cidr {
    if (bits < 1 || bits > 32) {
      throw new IllegalArgumentException("no mask: /" + bits);
    }
    address &= -1 << 32 - bits;
  }

  /// Reads what [#toString] writes.
  public static Cidr parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException("not a network: '" + text + "' (write 10.0.0.0/16)");
    }
    return new Cidr(
        parseAddress(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
  }

  /// How many addresses it has.
  public long size() {
    return 1L << 32 - bits;
  }

  public boolean contains(String ip) {
    return (parseAddress(ip) & -1 << 32 - bits) == address;
  }

  /// The address at an index from its beginning.
  public String at(long index) {
    return format(address + (int) index);
  }

  /// Where an address of it stands, from its beginning.
  public long indexOf(String ip) {
    return Integer.toUnsignedLong(parseAddress(ip) - address);
  }

  /// The part of it at an index, where it is cut into networks with a mask of so many bits.
  public Cidr part(long index, int mask) {
    return new Cidr(address + (int) (index << 32 - mask), mask);
  }

  /// How many parts with a mask of so many bits it has.
  public long parts(int mask) {
    return mask < bits ? 0 : 1L << mask - bits;
  }

  public static String format(int address) {
    return (address >>> 24)
        + "."
        + (address >>> 16 & 255)
        + "."
        + (address >>> 8 & 255)
        + "."
        + (address & 255);
  }

  public static int parseAddress(String ip) {
    int value = 0;
    var parts = ip.split("\\.", -1);
    if (parts.length != 4) {
      throw new IllegalArgumentException("not an IPv4 address: '" + ip + "'");
    }
    for (String part : parts) {
      int number = Integer.parseInt(part);
      if (number < 0 || number > 255) {
        throw new IllegalArgumentException("not an IPv4 address: '" + ip + "'");
      }
      value = value << 8 | number;
    }
    return value;
  }

  @Override
  public int compareTo(Cidr other) {
    int order = Integer.compareUnsigned(address, other.address);
    return order != 0 ? order : Integer.compare(bits, other.bits);
  }

  @Override
  public String toString() {
    return format(address) + "/" + bits;
  }
}
