using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Microsoft.ML;

namespace GBlend.MLNet;

/// <summary>
/// A step's part of ML.NET's model file, the same for the steps of all libraries: a header with signature and version, and entries of plain data. The
/// main stream holds the SHA-256 of each entry, so that an altered one is refused.
/// </summary>
/// <param name="Signature">Eight letters that begin the part.</param>
/// <param name="LoaderSignature">The name by which ML.NET finds what loads it.</param>
/// <param name="Format">The version that is written, 0xMMMMmmmm.</param>
/// <param name="Oldest">The oldest version that is read.</param>
/// <param name="Loader">The class that loads it, by whose assembly ML.NET finds it.</param>
internal sealed record SavedPart(string Signature, string LoaderSignature, uint Format, uint Oldest, Type Loader)
{
    /// <summary>Bytes of an entry of settings at most.</summary>
    internal const int MostSettings = FileLimits.MostSettings;

    /// <summary>Bytes of an entry of weights at most: those of an array.</summary>
    internal const int MostWeights = FileLimits.MostWeights;

    /// <summary>
    /// An entry may have so many times the bytes that it takes in the file, and <see cref="FreeBytes"/> more: real settings shrink to a tenth, real
    /// weights hardly.
    /// </summary>
    private const long MostTimes = 200, FreeBytes = 1 << 20;

    private const string Remedy = "Save the model again or take an unaltered copy.";

    /// <summary>Writes the header, and then whatever <see cref="Write"/> is called for.</summary>
    internal void Begin(ModelSaveContext ctx)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(Version());
    }

    /// <summary>Writes an entry, and its hash into the main stream.</summary>
    internal static void Write(ModelSaveContext ctx, string name, byte[] content)
    {
        ctx.Writer.Write(SHA256.HashData(content));
        ctx.SaveBinaryStream(name, writer => writer.Write(content));
    }

    /// <summary>Reads a part: whatever is wrong with its content is refused with the documented exception.</summary>
    /// <param name="ctx">At the part.</param>
    /// <param name="read">Reads what was written, given the version of the file.</param>
    /// <exception cref="InvalidDataException">The part is truncated, altered or newer; the message says which and what to do.</exception>
    internal T Load<T>(ModelLoadContext ctx, Func<uint, T> read) => Refusal.Of("The model file's settings", Remedy, () =>
    {
        if (ctx.Header.ModelVerReadable > Format)
        {
            var library = Loader.Assembly.GetName();
            throw new InvalidDataException($"The model file has format {Name(ctx.Header.ModelVerReadable)} of {library.Name}, "
                + $"but this version ({library.Version}) reads formats up to {Name(Format)}. Update {library.Name}.");
        }
        ctx.CheckAtModel(Version());
        return read(ctx.Header.ModelVerWritten);
    });

    /// <summary>Reads an entry and checks it against its hash, which is next in the main stream.</summary>
    /// <exception cref="InvalidDataException">It is missing, altered, or larger than it may be.</exception>
    internal static byte[] Read(ModelLoadContext ctx, string name, int most)
    {
        byte[] expected = ctx.Reader.ReadBytes(SHA256.HashSizeInBytes), content = ReadUnchecked(ctx, name, most);
        return SHA256.HashData(content).AsSpan().SequenceEqual(expected)
            ? content
            : throw new InvalidDataException($"The model file's '{name}' was altered or truncated after it was saved. {Remedy}");
    }

    /// <summary>Reads an entry of a file that has no hashes.</summary>
    /// <exception cref="InvalidDataException">It is missing, or larger than it may be.</exception>
    internal static byte[] ReadUnchecked(ModelLoadContext ctx, string name, int most)
    {
        // ML.NET's own way to an entry unpacks all of it to a file first, however large that gets.
        var entries = Entries(ctx.Repository ?? throw new InvalidDataException($"The model is no file of ML.NET. {Remedy}"));
        string path = Path.Combine(ctx.Directory ?? "", name);
        if (!entries.TryGetValue(path, out var entry) && !entries.TryGetValue(path.Replace('/', '\\'), out entry))
            throw new InvalidDataException($"The model file lacks '{name}': it is truncated or altered. {Remedy}");
        if (entry.Length > most || entry.Length / MostTimes > entry.CompressedLength + FreeBytes / MostTimes)
        {
            throw new InvalidDataException($"The model file's '{name}' is refused: it would take {entry.Length} bytes, in the file it has "
                + $"{entry.CompressedLength}. At most {most} bytes are read, and at most {MostTimes} times what the file has. {Remedy}");
        }
        // Opening looks whether the file has the bytes that it says it has; only then is room made for them.
        using var stream = entry.Open();
        var content = new byte[entry.Length];
        if (stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false) < content.Length || stream.ReadByte() >= 0)
            throw new InvalidDataException($"The model file's '{name}' does not have the {content.Length} bytes that the file says. {Remedy}");
        return content;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_entries")]
    private static extern ref Dictionary<string, ZipArchiveEntry> Entries(RepositoryReader repository);

    private static string Name(uint format) => $"{format >> 16}.{format & 0xFFFF}";

    // The assembly's simple name: a file written by a newer version must still find this one, which then says that it is too old.
    private VersionInfo Version() => new(
        modelSignature: Signature,
        verWrittenCur: Format,
        verReadableCur: Format,
        verWeCanReadBack: Oldest,
        loaderSignature: LoaderSignature,
        loaderAssemblyName: Loader.Assembly.GetName().Name!);
}
