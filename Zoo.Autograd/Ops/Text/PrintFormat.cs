using System.Globalization;
using System.Text;

namespace Zoo.Autograd.Ops;

/// <summary>Elements printed as C's printf does.</summary>
/// <param name="fill">A flag of printf, or nothing.</param>
/// <param name="width">The least number of characters; -1 for none.</param>
/// <param name="precision">Digits; -1 for printf's default of 6.</param>
/// <param name="real">How real numbers are written: f, e, g.</param>
internal sealed class PrintFormat(string fill, int width, int precision, char real)
{
    internal byte[] Of(NDArray from, int i) => from.DType switch
    {
        DType.String => Padded(from.AsSpan<byte[]>()[i]),
        DType.Bool => from.Number(i) != 0 ? "true"u8.ToArray() : "false"u8.ToArray(),
        DType.Int64 => Number(from.AsSpan<long>()[i].ToString(CultureInfo.InvariantCulture)),
        DType.UInt64 => Number(from.AsSpan<ulong>()[i].ToString(CultureInfo.InvariantCulture), signed: false),
        DType.UInt8 or DType.UInt16 or DType.UInt32 => Number(from.Number(i).ToString("F0", CultureInfo.InvariantCulture), signed: false),
        DType.Complex64 or DType.Complex128 => Parts(from.ComplexNumber(i)),
        var type when type.IsFloat() => Number(Real(from.Number(i))),
        _ => Number(from.Number(i).ToString("F0", CultureInfo.InvariantCulture)),
    };

    byte[] Parts(System.Numerics.Complex x) => [.. "("u8, .. Number(Real(x.Real)), .. ","u8, .. Number(Real(x.Imaginary)), .. ")"u8];

    byte[] Padded(byte[] text)
    {
        if (text.Length >= width) return text;
        var space = new byte[width - text.Length];
        Array.Fill(space, (byte)' ');
        return fill == "-" ? [.. text, .. space] : [.. space, .. text];
    }

    byte[] Number(string digits, bool signed = true)
    {
        var sign = digits.StartsWith('-') ? "-" : signed && fill is ("+" or " ") ? fill : "";
        digits = digits.TrimStart('-');
        if (fill == "0") digits = digits.PadLeft(Math.Max(0, width - sign.Length), '0');
        return Padded(Encoding.ASCII.GetBytes(sign + digits));
    }

    string Real(double x)
    {
        if (!double.IsFinite(x)) return double.IsNaN(x) ? "nan" : x < 0 ? "-inf" : "inf";
        var digits = precision < 0 ? 6 : precision;
        return real switch
        {
            'f' => x.ToString("F" + digits, CultureInfo.InvariantCulture),
            'e' => Exponent(x, digits),
            _ => Shortest(x, Math.Max(1, digits)),
        };
    }

    static string Exponent(double x, int digits) => x.ToString((digits == 0 ? "0" : "0." + new string('0', digits)) + "e+00", CultureInfo.InvariantCulture);

    /// <summary>%g: the exponent's form only where it is needed, no zeros at the end.</summary>
    static string Shortest(double x, int digits)
    {
        var scientific = Exponent(x, digits - 1);
        var exponent = int.Parse(scientific.AsSpan(scientific.IndexOf('e') + 1), CultureInfo.InvariantCulture);
        if (exponent >= -4 && exponent < digits) return Trim(x.ToString("F" + (digits - 1 - exponent), CultureInfo.InvariantCulture));
        return Trim(scientific[..scientific.IndexOf('e')]) + scientific[scientific.IndexOf('e')..];
    }

    static string Trim(string number) => number.Contains('.') ? number.TrimEnd('0').TrimEnd('.') : number;
}
