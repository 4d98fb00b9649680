using System.Globalization;
using System.Text;

namespace GBlend.MLNet.Tables.Tests;

/// <summary>A made table of products with numbers, categories, text, dates and pictures, some of them missing.</summary>
internal static class Products
{
    private static readonly string[] s_categories = ["toy", "book", "tool"];
    private static readonly string[][] s_words =
    [
        ["soft", "funny", "bear", "play", "children"], ["novel", "pages", "author", "story", "paper"], ["steel", "drill", "sharp", "work", "hammer"],
    ];

    /// <summary>Writes the table and its pictures; the path of the CSV file.</summary>
    internal static string Write(
        TemporaryFolder folder, int rows, int seed, bool pictures = true, bool missing = true, char separator = ',', string name = "products.csv")
    {
        var random = new Random(seed);
        var text = new StringBuilder();
        string[] header = ["Id", "Price", "Color", "Added", "Description", .. pictures ? ["Photo"] : (string[])[], "Constant", "Category"];
        text.AppendLine(string.Join(separator, header));
        for (int i = 0; i < rows; i++)
        {
            int category = random.Next(3);
            string price = missing && random.Next(8) == 0 ? "" : (5 + 3 * category + 4 * random.NextDouble()).ToString("0.00", CultureInfo.InvariantCulture);
            string color = new[] { "red", "green", "blue" }[random.Next(3) == 0 ? random.Next(3) : category];
            string date = new DateTime(2020 + category, 1 + random.Next(12), 1 + random.Next(28), 0, 0, 0, DateTimeKind.Unspecified).ToString(
                "yyyy-MM-dd", CultureInfo.InvariantCulture);
            string description = string.Join(" ", Enumerable.Range(0, 6).Select(_ => s_words[random.Next(4) == 0 ? random.Next(3) : category][random.Next(5)]));
            string photo = missing && random.Next(10) == 0 ? "" : $"{name}.{i}.bmp";
            if (pictures && photo.Length > 0)
                folder.File(photo, Picture(category, random));
            string[] cells = [$"P{i:0000}x", price, color, date, $"\"{description}, \"\"new\"\"\nsecond line\"", .. pictures ? [photo]
                : (string[])[], "same", s_categories[category]];
            text.AppendLine(string.Join(separator, cells));
        }
        return folder.File(name, text.ToString());
    }

    /// <summary>A bitmap of 24 x 24 pixels whose color says the category.</summary>
    private static byte[] Picture(int category, Random random)
    {
        const int Side = 24, Offset = 54;
        var bytes = new byte[Offset + Side * Side * 3];
        "BM"u8.CopyTo(bytes);
        BitConverter.TryWriteBytes(bytes.AsSpan(2), bytes.Length);
        BitConverter.TryWriteBytes(bytes.AsSpan(10), Offset);
        BitConverter.TryWriteBytes(bytes.AsSpan(14), 40);
        BitConverter.TryWriteBytes(bytes.AsSpan(18), Side);
        BitConverter.TryWriteBytes(bytes.AsSpan(22), Side);
        BitConverter.TryWriteBytes(bytes.AsSpan(26), (short)1);
        BitConverter.TryWriteBytes(bytes.AsSpan(28), (short)24);
        for (int i = Offset; i < bytes.Length; i++)
            bytes[i] = (byte)(random.Next(120) + ((i - Offset) % 3 == category ? 120 : 0));
        return bytes;
    }
}
