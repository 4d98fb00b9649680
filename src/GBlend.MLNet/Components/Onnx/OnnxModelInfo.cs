using System.Text;
using System.Text.Json;

namespace GBlend.MLNet;

/// <summary>
/// The facts that an ONNX file written by <c>mlContext.Model.SaveAsOnnx</c> has of its model, so that its scores can be read where the model is not.
/// </summary>
/// <param name="Task">The name of the task: <c>Multiclass</c>, <c>MultiLabel</c>, <c>Binary</c> or <c>Regression</c>.</param>
/// <param name="LabelColumnName">The name of the label column that the model was trained on.</param>
/// <param name="Classes">The names of the classes in the order of the scores; empty where the label has none.</param>
/// <param name="Branches">The names of the branches: every modality, then the joint one.</param>
/// <param name="Answer">The sentence that says which branches answer, and how.</param>
/// <param name="Version">The version of GBlend.MLNet that wrote the file.</param>
public sealed record OnnxModelInfo(
    string Task, string LabelColumnName, IReadOnlyList<string> Classes, IReadOnlyList<string> Branches, string Answer, string Version)
{
    private const int MetadataField = 14, Varint = 0, EightBytes = 1, Bytes = 2, FourBytes = 5, MostBytes = 1 << 26;

    /// <summary>Reads what a file says, without reading its network.</summary>
    /// <param name="path">The path of the file.</param>
    /// <returns>What the file says.</returns>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    /// <exception cref="InvalidDataException">It is no ONNX file, is damaged, or is none that <c>SaveAsOnnx</c> wrote.</exception>
    /// <example>
    /// <code>
    /// string[] classes = [.. OnnxModelInfo.Read("model.onnx").Classes];
    /// </code>
    /// </example>
    public static OnnxModelInfo Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var file = File.OpenRead(path);
        Dictionary<string, string> metadata;
        try
        {
            metadata = Metadata(file);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"'{path}' is no ONNX file, or a damaged one: {e.Message}", e);
        }
        if (!metadata.TryGetValue("gblend.version", out string? version))
            throw new InvalidDataException($"'{path}' says nothing of classes and answer: it is not from mlContext.Model.SaveAsOnnx of GBlend.MLNet.");
        string Text(string name) => metadata.TryGetValue(name, out string? value) ? value
            : throw new InvalidDataException($"'{path}' was altered: it lacks '{name}'. Export the model again.");
        string[] Texts(string json)
        {
            try
            {
                return JsonSerializer.Deserialize<string[]>(json) is { } texts && texts.All(text => text is not null) ? texts : throw new JsonException();
            }
            catch (JsonException)
            {
                throw new InvalidDataException($"'{path}' was altered: its names are no list of texts. Export the model again.");
            }
        }
        return new(Text("gblend.task"), Text("gblend.label"), metadata.TryGetValue("gblend.classes", out string? classes) ? Texts(classes) : [],
            Texts(Text("gblend.branches")), Text("gblend.answer"), version);
    }

    /// <summary>The entries of field 14 of the outermost message; all else is passed over.</summary>
    private static Dictionary<string, string> Metadata(Stream file)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        while (file.Position < file.Length)
        {
            ulong tag = ReadVarint(file);
            switch (tag & 7)
            {
                case Varint:
                    ReadVarint(file);
                    break;
                case EightBytes:
                    Skip(file, 8);
                    break;
                case FourBytes:
                    Skip(file, 4);
                    break;
                case Bytes when tag >> 3 == MetadataField:
                    var (name, value) = ReadEntry(ReadBytes(file));
                    metadata[name] = value;
                    break;
                case Bytes:
                    Skip(file, ReadVarint(file));
                    break;
                default:
                    throw new InvalidDataException("a field is of an unknown kind.");
            }
        }
        return metadata;
    }

    private static (string Name, string Value) ReadEntry(byte[] bytes)
    {
        using var entry = new MemoryStream(bytes);
        string[] texts = ["", ""];
        while (entry.Position < entry.Length)
        {
            ulong tag = ReadVarint(entry);
            if ((tag & 7) != Bytes || tag >> 3 is not (1 or 2))
                throw new InvalidDataException("an entry of its metadata is no pair of texts.");
            texts[(int)(tag >> 3) - 1] = Encoding.UTF8.GetString(ReadBytes(entry));
        }
        return (texts[0], texts[1]);
    }

    private static byte[] ReadBytes(Stream stream)
    {
        ulong length = ReadVarint(stream);
        if (length > (ulong)(stream.Length - stream.Position) || length > MostBytes)
            throw new InvalidDataException("it ends too early, or a text in it is too long.");
        byte[] bytes = new byte[length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static void Skip(Stream stream, ulong length)
    {
        if (length > (ulong)(stream.Length - stream.Position))
            throw new InvalidDataException("it ends too early.");
        stream.Seek((long)length, SeekOrigin.Current);
    }

    private static ulong ReadVarint(Stream stream)
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            int next = stream.ReadByte();
            if (next < 0)
                throw new InvalidDataException("it ends too early.");
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
                return value;
        }
        throw new InvalidDataException("a number in it has no end.");
    }
}
