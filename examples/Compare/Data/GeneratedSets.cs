using QuickStart;

namespace Compare;

/// <summary>Data sets made up here, one for each thing that methods trip over. The same seed gives the same rows.</summary>
internal static class GeneratedSets
{
    private const int Digits = 10;
    private const double HalfNoise = 0.35, ColouredNoise = 0.3, GreyNoise = 0.4, Shortcut = 0.95;
    private const int BitWidth = 20;
    private const double BitStrength = 2.5;

    private enum Part { Training, HeldOut, Test }

    private static readonly Dictionary<string, Func<Random, MultimodalData>> s_sets = new()
    {
        ["halves"] = Halves,
        ["coloured"] = Coloured,
        ["xor-pure"] = random => Xor(random, "xor-pure", hasOwnBit: false),
        ["xor-mix"] = random => Xor(random, "xor-mix", hasOwnBit: true),
    };

    public static IReadOnlyList<string> Names => [.. s_sets.Keys];

    public static MultimodalData Create(string name, int seed = 1) => s_sets.TryGetValue(name, out var create)
        ? create(new Random(seed))
        : throw new UserErrorException($"There is no generated set '{name}'. There are: {string.Join(", ", Names)}.");

    /// <summary>The left and the right half of one image of a digit: they complement each other, and neither is enough.</summary>
    private static MultimodalData Halves(Random random)
    {
        const int Half = DigitImages.Side / 2;
        return Make("halves", [("Left", Half * DigitImages.Side), ("Right", Half * DigitImages.Side)], (600, 300, 2000), _ =>
        {
            int digit = random.Next(Digits);
            double[] image = [.. DigitImages.Draw(digit, random).Select(ink => ink + (HalfNoise * Gaussian(random)))];
            return ($"{digit}", Vector(image.Where((_, i) => i % DigitImages.Side < Half)), Vector(image.Where((_, i) => i % DigitImages.Side >= Half)));
        });
    }

    /// <summary>
    /// Two images of a digit, one colored and one gray. In training rows the color nearly always tells the digit; in held-out and test rows
    /// it tells nothing, and the strokes do: a shortcut, and learning it is easier than learning the digits.
    /// </summary>
    private static MultimodalData Coloured(Random random)
    {
        const int Pixels = DigitImages.Side * DigitImages.Side;
        double[][] colours = [.. Enumerable.Range(0, Digits).Select(Colour)];
        return Make("coloured", [("Coloured", 3 * Pixels), ("Grey", Pixels)], (600, 300, 2000), part =>
        {
            int digit = random.Next(Digits);
            var colour = colours[part == Part.Training && random.NextDouble() < Shortcut ? digit : random.Next(Digits)];
            var painted = DigitImages.Draw(digit, random);
            var grey = DigitImages.Draw(digit, random);
            return ($"{digit}",
                Vector(colour.SelectMany(channel => painted.Select(ink => (channel * ink) + (ColouredNoise * Gaussian(random))))),
                Vector(grey.Select(ink => ink + (GreyNoise * Gaussian(random)))));
        });
    }

    /// <summary>
    /// Each modality shows a bit among noise, and the label is whether the bits differ: neither modality alone says anything. With an own
    /// bit the label also says another bit, which only the first modality shows.
    /// </summary>
    private static MultimodalData Xor(Random random, string name, bool hasOwnBit)
    {
        var first = Direction(random);
        var second = Direction(random);
        var own = Direction(random);
        return Make(name, [("A", BitWidth), ("B", BitWidth)], (800, 250, 2000), _ =>
        {
            int a = random.Next(2), b = random.Next(2), c = hasOwnBit ? random.Next(2) : 0;
            return (hasOwnBit ? $"{a ^ b}{c}" : $"{a ^ b}",
                Vector(Enumerable.Range(0, BitWidth).Select(i => (Sign(a) * first[i]) + (hasOwnBit ? Sign(c) * own[i] : 0) + Gaussian(random))),
                Vector(Enumerable.Range(0, BitWidth).Select(i => (Sign(b) * second[i]) + Gaussian(random))));
        });
    }

    private static MultimodalData Make(string name, (string Name, int Width)[] modalities, (int Training, int HeldOut, int Test) rows,
        Func<Part, (string Label, float[] First, float[] Second)> draw)
    {
        List<Row> Rows(Part part, int count)
        {
            var drawn = new List<Row>(count);
            for (int i = 0; i < count; i++)
            {
                var (label, first, second) = draw(part);
                drawn.Add(new Row { Label = label, IsHeldOut = part == Part.HeldOut, Modality1 = first, Modality2 = second });
            }
            return drawn;
        }
        var training = Rows(Part.Training, rows.Training);
        return new MultimodalData(name, modalities, [.. training, .. Rows(Part.HeldOut, rows.HeldOut)], Rows(Part.Test, rows.Test));
    }

    /// <summary>Red, green and blue of one of ten hues.</summary>
    private static double[] Colour(int index) =>
        [.. Enumerable.Range(0, 3).Select(channel => 0.5 + (0.5 * Math.Cos(2 * Math.PI * (((double)index / Digits) - (channel / 3.0)))))];

    private static double[] Direction(Random random)
    {
        double[] direction = [.. Enumerable.Range(0, BitWidth).Select(_ => Gaussian(random))];
        double length = Math.Sqrt(direction.Sum(x => x * x));
        return [.. direction.Select(x => BitStrength * x / length)];
    }

    private static int Sign(int bit) => (2 * bit) - 1;

    private static float[] Vector(IEnumerable<double> values) => [.. values.Select(v => (float)v)];

    private static double Gaussian(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
