using SkiaSharp;

namespace Zoo.Keras.Charts;

/// <summary>Letters of 5 x 7 dots, for machines that have no font at all. Small letters are drawn as capitals, unknown ones as a box.</summary>
internal static class PixelFont
{
    // a letter and its seven rows, each a number of five bits: 0-9, A (10) to V (31)
    static readonly Dictionary<char, string> Glyphs = """
        0EHJLPHE 14C4444E 2EH1248V 3V2421HE 426AIV22 5VGU11HE 668GUHHE 7V124888 8EHHEHHE 9EHHF12C AEHHVHHH BUHHUHHU CEHGGGHE
        DUHHHHHU EVGGUGGV FVGGUGGG GEHGNHHF HHHHVHHH IE44444E J72222IC KHIKOKIH LGGGGGGV MHRLLHHH NHHPLJHH OEHHHHHE PUHHUGGG
        QEHHHLID RUHHUKIH SFGGE11U TV444444 UHHHHHHE VHHHHHA4 WHHHLLLA XHHA4AHH YHHHA444 ZV1248GV .00000CC -000V000 _000000V
        %OP248J3 :0CC0CC0 /01248G0 >8421248 (2488842 )8422248 +044V440 =00V0V00 ,0000C48 #AAVAVAA ?EH12404
        """.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).ToDictionary(g => g[0], g => g[1..]);

    /// <summary>The width of a text whose dots have a given size.</summary>
    internal static float Measure(string text, float dot) => Math.Max(0, text.Length * 6 - 1) * dot;

    /// <summary>Draws a text; the point is its lower left corner.</summary>
    internal static void Draw(SKCanvas canvas, string text, float x, float y, float dot, SKPaint paint)
    {
        foreach (var letter in text)
        {
            var rows = letter == ' ' ? "0000000" : Glyphs.GetValueOrDefault(char.ToUpperInvariant(letter), "VHHHHHV");
            for (var row = 0; row < 7; row++)
                for (var column = 0; column < 5; column++)
                    if ((Bits(rows[row]) >> 4 - column & 1) != 0) canvas.DrawRect(x + column * dot, y - (7 - row) * dot, dot, dot, paint);
            x += 6 * dot;
        }
    }

    static int Bits(char digit) => digit <= '9' ? digit - '0' : digit - 'A' + 10;
}
