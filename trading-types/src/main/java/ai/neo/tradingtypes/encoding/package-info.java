/**
 * The binary form of the words of trading: fields of tag, length and value, little-endian.
 *
 * <pre>
 * tag     u16   1..65535; 0 is invalid, so that zeroed memory never passes for a field
 * length  u16   of the value; 0xFFFF means that the true length follows as u32
 * value         a number (signed, 1, 2, 4 or 8 bytes), an IEEE 754 double, UTF-8 text, bytes,
 *               an array of floats or doubles, or fields again
 * </pre>
 *
 * <p>A reader skips tags that it does not know, so fields can be added. A tag's meaning never
 * changes; {@link ai.neo.tradingtypes.encoding.Tags} lists all of them.
 */
package ai.neo.tradingtypes.encoding;
