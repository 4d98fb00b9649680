using System.Globalization;

namespace GBlend.MLNet.Package.Tests;

/// <summary>The files that the programs of docs/SKILL.md read.</summary>
internal static class SkillFiles
{
    private const int SampleRate = 16_000, Samples = 8_000, Side = 32;

    /// <summary>Writes them into a folder.</summary>
    internal static void Write(string folder)
    {
        var random = new Random(1);
        string Number(bool isLarge) => (random.NextDouble() + (isLarge ? 1 : 0)).ToString("F4", CultureInfo.InvariantCulture);
        string Line(int i)
        {
            int label = i % 3;
            return $"{"abc"[label]},person {i % 24},{string.Join(',', Enumerable.Range(0, 10).Select(k => Number(k % 3 == label)))}";
        }
        File.WriteAllLines(
            Path.Combine(folder, "data.csv"), [$"Label,Person,{string.Join(',', Enumerable.Range(0, 10))}", .. Enumerable.Range(0, 240).Select(Line)]);

        string[] media = [.. Enumerable.Range(0, 24).Select(i =>
        {
            bool isDog = i % 2 == 0;
            string image = Path.Combine(folder, $"{i}.bmp"), sound = Path.Combine(folder, $"{i}.wav");
            WriteImage(image, isDog, random);
            WriteSound(sound, isDog ? 400 : 900);
            return $"{(isDog ? "dog" : "cat")},{image},{sound}";
        })];
        File.WriteAllLines(Path.Combine(folder, "media.csv"), ["Label,ImagePath,SoundPath", .. media]);
    }

    private static void WriteImage(string path, bool isRed, Random random)
    {
        using var writer = new BinaryWriter(File.Create(path));
        writer.Write("BM"u8);
        writer.Write(54 + 3 * Side * Side);
        writer.Write(0);
        writer.Write(54);
        foreach (int field in (int[])[40, Side, Side, 1 | 24 << 16, 0, 3 * Side * Side, 2835, 2835, 0, 0])
            writer.Write(field);
        for (int pixel = 0; pixel < Side * Side; pixel++)
            writer.Write([(byte)random.Next(256), (byte)random.Next(256), (byte)(isRed ? 255 : 0)]);
    }

    private static void WriteSound(string path, double frequency)
    {
        using var writer = new BinaryWriter(File.Create(path));
        writer.Write("RIFF"u8);
        writer.Write(36 + 2 * Samples);
        writer.Write("WAVEfmt "u8);
        writer.Write(16);
        writer.Write((short)1);
        writer.Write((short)1);
        writer.Write(SampleRate);
        writer.Write(2 * SampleRate);
        writer.Write((short)2);
        writer.Write((short)16);
        writer.Write("data"u8);
        writer.Write(2 * Samples);
        for (int i = 0; i < Samples; i++)
            writer.Write((short)(8000 * Math.Sin(2 * Math.PI * frequency * i / SampleRate)));
    }
}
