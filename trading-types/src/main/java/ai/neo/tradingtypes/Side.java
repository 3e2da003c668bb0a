package ai.neo.tradingtypes;

/** Which way an order trades. */
public enum Side {
  BUY(1),
  SELL(-1);

  private final int sign;

  Side(int sign) {
    this.sign = sign;
  }

  /** +1 for a purchase, −1 for a sale: the sign of the position's change. */
  public int sign() {
    return sign;
  }

  /** The other side. */
  public Side opposite() {
    return this == BUY ? SELL : BUY;
  }
}
