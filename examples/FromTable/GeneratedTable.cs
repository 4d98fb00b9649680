using System.Globalization;
using System.Text;

namespace FromTable;

/// <summary>A made table of products, with a picture each. No column alone says the category.</summary>
internal static class GeneratedTable
{
    private const int Rows = 400, Side = 32;
    private static readonly string[] s_categories = ["toys", "books", "tools", "food"];
    private static readonly string[] s_colors = ["red", "green", "blue", "white"];

    private static readonly string[][] s_words =
    [
        ["soft", "funny", "bear", "play", "children", "colorful"], ["novel", "pages", "author", "story", "paper", "colorful"],
        ["steel", "drill", "sharp", "work", "hammer", "heavy"], ["fresh", "sweet", "organic", "taste", "kitchen", "heavy"],
    ];

    /// <summary>Writes the table and its pictures into a folder; the path of the table.</summary>
    public static string Write(string folder)
    {
        var random = new Random(1);
        var text = new StringBuilder("Product,Price,Weight,Color,Added,Description,Photo,Category\n");
        for (int i = 0; i < Rows; i++)
        {
            int category = random.Next(s_categories.Length);
            int Seen(double trust) => random.NextDouble() < trust ? category : random.Next(s_categories.Length);
            string price = random.Next(12) == 0 ? "" : Number(4 + 2 * Seen(0.7) + 5 * random.NextDouble());
            string weight = random.Next(12) == 0 ? "" : Number(0.2 + Seen(0.6) + random.NextDouble());
            string added = new DateTime(2023, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddDays(random.Next(700)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            string description = string.Join(' ', Enumerable.Range(0, 7).Select(_ => s_words[Seen(0.5)][random.Next(6)]));
            string photo = random.Next(15) == 0 ? "" : $"photo{i}.bmp";
            if (photo.Length > 0)
                File.WriteAllBytes(Path.Combine(folder, photo), Bitmap(Seen(0.8), random));
            text.Append(CultureInfo.InvariantCulture,
                $"P{1000 + 7 * i},{price},{weight},{s_colors[Seen(0.5)]},{added},\"{description}\",{photo},{s_categories[category]}\n");
        }
        string path = Path.Combine(folder, "products.csv");
        File.WriteAllText(path, text.ToString());
        return path;
    }

    private static string Number(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    /// <summary>Stripes on noise, whose width says the shape.</summary>
    private static byte[] Bitmap(int shape, Random random)
    {
        const int Header = 54;
        var bytes = new byte[Header + Side * Side * 3];
        "BM"u8.CopyTo(bytes);
        foreach (var (at, value) in new[] { (2, bytes.Length), (10, Header), (14, 40), (18, Side), (22, Side), (26, 1 | (24 << 16)) })
            BitConverter.TryWriteBytes(bytes.AsSpan(at), value);
        int shift = random.Next(Side);
        for (int pixel = 0; pixel < Side * Side; pixel++)
        {
            int x = pixel % Side, y = pixel / Side, along = shape % 2 == 0 ? x : y, width = shape < 2 ? 4 : 8;
            int bright = (along + shift) / width % 2 == 0 ? 150 : 40;
            for (int channel = 0; channel < 3; channel++)
                bytes[Header + 3 * pixel + channel] = (byte)(bright + random.Next(100));
        }
        return bytes;
    }
}
