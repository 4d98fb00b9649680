using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using TorchSharp;

namespace GBlend.MLNet.Native;

/// <summary>
/// Lets TorchSharp's native library load on a Linux whose libstdc++ is older than GCC 13's, such as Debian 12, and says what is wrong where
/// it cannot be loaded at all.
/// </summary>
/// <remarks>
/// <para>
/// TorchSharp 0.107 is built with GCC 13, so its libLibTorchSharp.so asks for the symbol version GLIBCXX_3.4.32. The one symbol of that
/// version is a marker that no code calls, hence the library works once it no longer asks. A copy without the request is loaded, and
/// TorchSharp then finds the copy by its SONAME.
/// </para>
/// <para>
/// Nothing happens on other systems, or where the library loads as it is: the runtime asks <see cref="Resolve"/> only when its own search
/// has failed. It does so from the moment that any code of this assembly has run. A program that uses <c>torch</c> before it touches a
/// type of this assembly is out of reach and sees TorchSharp's own exception, and so is one whose host loads TorchSharp into another load
/// context and that uses <c>torch</c> before <see cref="EnsureLoaded"/>.
/// </para>
/// </remarks>
internal static partial class TorchNativeLoader
{
    private const string LibraryName = "LibTorchSharp";
    private const string LibraryFile = "libLibTorchSharp.so";
    private const string TorchFile = "libtorch_cpu.so";
    private const string NativeFolder = "runtimes/linux-x64/native";
    private const string LibtorchPackage = "libtorch-cpu-linux-x64";
    private const string LibtorchVersion = "2.10.0";

    /// <summary>What libLibTorchSharp.so needs, in the order in which each can be loaded; only a CUDA package has the cuda ones.</summary>
    private static readonly string[] s_dependencies = ["libc10.so", TorchFile, "libc10_cuda.so", "libtorch_cuda.so", "libtorch.so"];

    private static bool s_isLoaded;

    [SupportedOSPlatformGuard("linux")]
    private static bool IsLinuxX64 => OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <summary>Asks the runtime to come to <see cref="Resolve"/> when a native library is not found. This is all, and it cannot fail.</summary>
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "The user's own torch calls must find the library before they call anything of ours.")]
    internal static void Initialize()
    {
        if (IsLinuxX64 && AssemblyLoadContext.GetLoadContext(typeof(TorchNativeLoader).Assembly) is { } context)
            context.ResolvingUnmanagedDll += Resolve;
    }

    /// <summary>Loads TorchSharp's native library, if it is not loaded yet.</summary>
    /// <exception cref="DllNotFoundException">It cannot be loaded; the message says why and what to do.</exception>
    internal static void EnsureLoaded()
    {
        if (!IsLinuxX64 || s_isLoaded)
            return;
        RequireComplete();
        // The second half is for a host that keeps TorchSharp in a load context other than ours, whose failures Resolve does not see.
        if (!NativeLibrary.TryLoad(LibraryName, typeof(torch).Assembly, null, out _))
            _ = Cure.Library.Value;
        s_isLoaded = true;
    }

    /// <summary>TorchSharp's native library, by which the functions of all that it needs are found as well; 0 if it is not there.</summary>
    internal static nint Handle
    {
        get
        {
            EnsureLoaded();
            return NativeLibrary.TryLoad(LibraryName, typeof(torch).Assembly, null, out nint handle) ? handle : IsLinuxX64 ? Cure.Library.Value : 0;
        }
    }

    /// <summary>
    /// Returns a library that does not ask for GLIBCXX_3.4.32, or <paramref name="library"/> itself if it never did.
    /// </summary>
    /// <exception cref="InvalidDataException">The bytes are not a sound x64 ELF library, or it really uses what that version brings.</exception>
    internal static byte[] Patch(byte[] library) => ElfLibrary.WithoutIostreamMarker(library);

    /// <summary>Whether a stream over a library holds all of it, as far as its header tells.</summary>
    internal static bool IsComplete(Stream library)
    {
        Span<byte> header = stackalloc byte[ElfLibrary.HeaderSize];
        return library.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) == header.Length && ElfLibrary.EndOfSections(header) <= library.Length;
    }

    /// <summary>The system's loader kills the process when a library ends too early, as after a copy to a full disk. A message is better.</summary>
    private static void RequireComplete()
    {
        foreach (string path in s_dependencies.Append(LibraryFile).Select(Find).OfType<string>())
        {
            using FileStream library = File.OpenRead(path);
            if (!IsComplete(library))
                throw new DllNotFoundException($"{path} is damaged or incomplete. Build or publish the application again.");
        }
    }

    /// <summary>Called by the runtime when it has not found a native library. An exception thrown here ends up in TorchSharp's own message.</summary>
    [SupportedOSPlatform("linux")]
    private static nint Resolve(Assembly assembly, string name) => name == LibraryName ? Cure.Library.Value : 0;

    private static DllNotFoundException NotFound(string file) => new(
        $"TorchSharp's native library was not found ({file} is missing). Add a package reference to {LibtorchPackage} {LibtorchVersion} " +
        $"(or TorchSharp-cuda-linux) to the application project. Searched: {string.Join(", ", SearchFolders())}.");

    private static DllNotFoundException NotLoadable(string file, Exception cause) => new(
        $"TorchSharp's native library {file} was found but cannot be loaded: {cause.Message}", cause);

    private static string? Find(string file) => SearchFolders().Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists);

    /// <summary>Where an application has its native libraries: published, built with or without a runtime identifier, or as NuGet packages.</summary>
    private static IEnumerable<string> SearchFolders()
    {
        string known = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        string torchFolder = TorchFolder();
        IEnumerable<string> folders =
        [
            .. known.Split(Path.PathSeparator),
            AppContext.BaseDirectory,
            Path.Combine(AppContext.BaseDirectory, NativeFolder),
            torchFolder,
            Path.Combine(torchFolder, NativeFolder),
            .. PackageFolders(torchFolder),
        ];
        // A relative folder would mean the current directory, where anybody could have put a library.
        return folders.Where(Path.IsPathFullyQualified).Select(Path.TrimEndingDirectorySeparator).Distinct();
    }

    [UnconditionalSuppressMessage("SingleFile", "IL3000", Justification = "No location means no folder; the others are searched all the same.")]
    private static string TorchFolder() => Path.GetDirectoryName(typeof(torch).Assembly.Location) ?? "";

    /// <summary>Scripts and notebooks use TorchSharp where it was restored: in packages/torchsharp/version/lib/framework.</summary>
    private static IEnumerable<string> PackageFolders(string torchFolder)
    {
        string? version = Path.GetDirectoryName(Path.GetDirectoryName(torchFolder));
        string? package = Path.GetDirectoryName(version);
        if (Path.GetFileName(package) != "torchsharp")
            return [];
        return [Path.Combine(version!, NativeFolder), Path.Combine(package!, "..", LibtorchPackage, LibtorchVersion, NativeFolder)];
    }

    /// <summary>Loads the library, patched if it has to be.</summary>
    [SupportedOSPlatform("linux")]
    private static partial class Cure
    {
        private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

        /// <summary>The loaded library. A failure is kept as well, and thrown each time.</summary>
        public static readonly Lazy<nint> Library = new(Load);

        private static nint Load()
        {
            string library = Find(LibraryFile) ?? throw NotFound(LibraryFile);
            // A patched copy lies elsewhere and a restored package has its own folder: neither finds libtorch unless it is loaded before.
            foreach (string dependency in s_dependencies)
            {
                if (Find(dependency) is { } path)
                    NativeLibrary.TryLoad(path, out _);
            }
            try
            {
                return NativeLibrary.Load(library);
            }
            // The system's loader has named what is missing, so other systems and other faults never come to a patch.
            catch (DllNotFoundException failure) when (failure.Message.Contains(ElfLibrary.UnwantedVersion, StringComparison.Ordinal))
            {
                return LoadPatched(library);
            }
            catch (Exception failure) when (failure is DllNotFoundException or BadImageFormatException)
            {
                throw Find(TorchFile) is null ? NotFound(TorchFile) : NotLoadable(library, failure);
            }
        }

        private static nint LoadPatched(string library)
        {
            byte[] patched;
            try
            {
                patched = Patch(File.ReadAllBytes(library));
            }
            catch (Exception failure) when (failure is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                throw NotCured(library, $"it cannot be patched: {failure.Message}", "", failure);
            }
            try
            {
                return NativeLibrary.Load(Cached(patched));
            }
            // The home folder may be read-only, full, missing, another user's, or mounted such that nothing in it can be executed.
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or DllNotFoundException)
            {
                return LoadTemporary(library, patched);
            }
        }

        private static DllNotFoundException NotCured(string library, string problem, string remedy, Exception cause) => new(
            $"TorchSharp's native library {library} needs {ElfLibrary.UnwantedVersion}, which this system's libstdc++ does not have, and {problem} " +
            $"Use a system with the libstdc++ of GCC 13 or later (such as Debian 13 or Ubuntu 24.04){remedy}.", cause);

        /// <summary>Returns the file in the user's cache that holds these bytes, after writing it if it does not.</summary>
        private static string Cached(byte[] content)
        {
            string folder = CacheFolder();
            Directory.CreateDirectory(folder, OwnerOnly);
            if (!IsOurs(folder))
                throw new UnauthorizedAccessException($"{folder} can be changed by another user.");
            string hash = Convert.ToHexStringLower(SHA256.HashData(content));
            string file = Path.Combine(folder, $"libLibTorchSharp-{hash[..16]}.so");
            if (!File.Exists(file) || !File.ReadAllBytes(file).AsSpan().SequenceEqual(content))
                Replace(file, content);
            return file;
        }

        private static string CacheFolder()
        {
            string? cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            // The XDG specification has relative paths ignored.
            if (!Path.IsPathFullyQualified(cache ?? ""))
                cache = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
            return Path.IsPathFullyQualified(cache!) ? Path.Combine(cache!, "GBlend.MLNet") : throw new IOException("The user has no home folder.");
        }

        /// <summary>Renames a complete file into place: a process that starts at the same time, or has the old file loaded, is not disturbed.</summary>
        private static void Replace(string file, byte[] content)
        {
            string temporary = $"{file}.{Path.GetRandomFileName()}";
            try
            {
                Write(temporary, content);
                File.Move(temporary, file, overwrite: true);
            }
            finally
            {
                File.Delete(temporary);
            }
        }

        /// <summary>Loads a copy from a new folder that only this user can enter, and removes it: what is loaded stays.</summary>
        private static nint LoadTemporary(string library, byte[] content)
        {
            DirectoryInfo? folder = null;
            try
            {
                folder = Directory.CreateTempSubdirectory("GBlend.MLNet-");
                string file = Path.Combine(folder.FullName, LibraryFile);
                Write(file, content);
                return NativeLibrary.Load(file);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or DllNotFoundException)
            {
                throw NotCured(
                    library,
                    $"a patched copy can be loaded neither from the user's cache nor from the temporary folder {Path.GetTempPath()}: {failure.Message}",
                    ", or set XDG_CACHE_HOME or TMPDIR to a folder in which this user can write and execute files", failure);
            }
            finally
            {
                folder?.Delete(recursive: true);
            }
        }

        private static void Write(string file, byte[] content)
        {
            using FileStream stream = new(file, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly });
            stream.Write(content);
        }

        /// <summary>
        /// Whether a path is a folder that belongs to this user and that nobody else can write to. A library is loaded from it after its
        /// content was compared, and nobody may exchange it in between. .NET does not tell the owner, hence the call of libc.
        /// </summary>
        private static bool IsOurs(string folder)
        {
            const int CurrentFolder = -100, DoNotFollowLinks = 0x100, TypeModeAndOwner = 0x0B, OwnerOffset = 20, ModeOffset = 28;
            const int TypeMask = 0xF000, Folder = 0x4000, WritableByOthers = 0x12;
            Span<byte> status = stackalloc byte[256];
            if (FileStatus(CurrentFolder, folder, DoNotFollowLinks, TypeModeAndOwner, ref status[0]) != 0)
                return false;
            int mode = BitConverter.ToUInt16(status[ModeOffset..]);
            return (mode & TypeMask) == Folder && (mode & WritableByOthers) == 0 && BitConverter.ToUInt32(status[OwnerOffset..]) == UserId();
        }

        /// <summary>statx, and not stat, because the kernel fixes the layout of its answer.</summary>
        [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
        private static partial int FileStatus(int relativeTo, string path, int flags, uint fields, ref byte status);

        [LibraryImport("libc", EntryPoint = "geteuid")]
        private static partial uint UserId();
    }

    /// <summary>As much of the ELF format as it takes to find and to redirect one version need. Every read is within a checked range.</summary>
    private sealed class ElfLibrary
    {
        /// <summary>The symbol version that GCC 13 brought.</summary>
        public const string UnwantedVersion = "GLIBCXX_3.4.32";

        /// <summary>The symbol version that every libstdc++ has had since GCC 3.4.</summary>
        private const string BaseVersion = "GLIBCXX_3.4";

        /// <summary>
        /// std::ios_base_library_init(): GCC 13's iostream header names it in order to link only to a libstdc++ that prepares std::cout and its
        /// like by itself. Nothing calls it. libtorch, loaded before, prepares the streams in the older way.
        /// </summary>
        private const string Marker = "_ZSt21ios_base_library_initv";

        /// <summary>The length of the header that a file begins with.</summary>
        public const int HeaderSize = 64;

        private const uint RelocationTable = 4, SymbolTable = 11, VersionNeeds = 0x6ffffffe, SymbolVersions = 0x6fffffff;
        private const int SymbolSize = 24, RelocationSize = 24;

        private readonly byte[] _bytes;
        private readonly List<Section> _sections;

        private ElfLibrary(byte[] bytes)
        {
            _bytes = bytes;
            // The magic number, 64 bits, little endian; and 62 for x64.
            if (!Range(0, HeaderSize)[..6].SequenceEqual("\u007fELF\u0002\u0001"u8) || UInt16(Range(0, HeaderSize), 18) != 62)
                throw new InvalidDataException("It is not an ELF library for x64.");
            _sections = [.. ReadSections()];
        }

        /// <summary>Where the table of sections ends, which linkers write last.</summary>
        public static long EndOfSections(ReadOnlySpan<byte> header)
        {
            (long table, int size, int count) = SectionTable(header);
            return table + ((long)size * count);
        }

        /// <summary>See <see cref="TorchNativeLoader.Patch"/>.</summary>
        public static byte[] WithoutIostreamMarker(byte[] library)
        {
            ElfLibrary elf = new(library);
            List<VersionNeed> needs = elf.ReadVersionNeeds();
            int unwanted = needs.FindIndex(need => need.Name == UnwantedVersion);
            if (unwanted < 0)
                return library;
            int substitute = needs.FindIndex(need => need.Name == BaseVersion && need.Library == needs[unwanted].Library);
            if (substitute < 0)
                throw new InvalidDataException($"It needs {UnwantedVersion} but not {BaseVersion}.");
            elf.RequireUnused(needs[unwanted].Index);
            return Redirect(library, needs[unwanted].Offset, needs[substitute].Offset);
        }

        /// <summary>Makes one version need ask for what another one asks for: the hash of the version's name, and the name.</summary>
        private static byte[] Redirect(byte[] library, int from, int to)
        {
            byte[] patched = [.. library];
            library.AsSpan(to, 4).CopyTo(patched.AsSpan(from));
            library.AsSpan(to + 8, 4).CopyTo(patched.AsSpan(from + 8));
            return patched;
        }

        /// <summary>Throws if the library has any use for a symbol of this version, other than to name the marker.</summary>
        private void RequireUnused(int version)
        {
            Section symbols = Single(SymbolTable);
            ReadOnlySpan<byte> entries = Content(symbols);
            ReadOnlySpan<byte> versions = Content(Single(SymbolVersions));
            HashSet<uint> markers = [];
            for (int i = 0; i < entries.Length / SymbolSize; i++)
            {
                // The highest bit says that a symbol is hidden.
                if ((UInt16(versions, 2L * i) & 0x7fff) != version)
                    continue;
                string name = Text(symbols.Link, UInt32(entries, (long)i * SymbolSize));
                if (name != Marker)
                    throw new InvalidDataException($"It uses the unexpected symbol {name} of {UnwantedVersion}.");
                markers.Add((uint)i);
            }
            if (_sections.Where(section => section.Type == RelocationTable).Any(section => Relocates(section, markers)))
                throw new InvalidDataException($"It calls {Marker} of {UnwantedVersion}.");
        }

        /// <summary>Whether any address in the library is to be replaced by that of one of these symbols.</summary>
        private bool Relocates(Section section, HashSet<uint> symbols)
        {
            ReadOnlySpan<byte> entries = Content(section);
            for (int i = 0; i < entries.Length / RelocationSize; i++)
            {
                if (symbols.Contains(UInt32(entries, ((long)i * RelocationSize) + 12)))
                    return true;
            }
            return false;
        }

        private IEnumerable<Section> ReadSections()
        {
            (long table, int size, int count) = SectionTable(_bytes);
            for (int i = 0; i < count; i++)
            {
                ReadOnlySpan<byte> header = Range(table + ((long)i * size), 0x40);
                yield return new Section(
                    Type: UInt32(header, 4),
                    Offset: BinaryPrimitives.ReadInt64LittleEndian(header[0x18..]),
                    Size: BinaryPrimitives.ReadInt64LittleEndian(header[0x20..]),
                    Link: UInt32(header, 0x28));
            }
        }

        private static (long Offset, int EntrySize, int Count) SectionTable(ReadOnlySpan<byte> header) =>
            (BinaryPrimitives.ReadInt64LittleEndian(Range(header, 0x28, 8)), UInt16(header, 0x3A), UInt16(header, 0x3C));

        /// <summary>Walks the list of needed libraries, and for each the list of the versions needed of it.</summary>
        private List<VersionNeed> ReadVersionNeeds()
        {
            List<VersionNeed> needs = [];
            if (!_sections.Exists(section => section.Type == VersionNeeds))
                return needs;
            Section section = Single(VersionNeeds);
            ReadOnlySpan<byte> content = Content(section);
            // Both lists are linked by distances, of which 0 ends a list. The others go forwards, so that the section's end is reached at last.
            for (long library = 0, next = -1; next != 0; library += next)
            {
                next = UInt32(content, library + 12);
                long version = library + UInt32(content, library + 8);
                for (long nextVersion = -1; nextVersion != 0; version += nextVersion)
                {
                    nextVersion = UInt32(content, version + 12);
                    needs.Add(new VersionNeed(
                        Offset: (int)(section.Offset + version),
                        Library: Text(section.Link, UInt32(content, library + 4)),
                        Name: Text(section.Link, UInt32(content, version + 8)),
                        Index: UInt16(content, version + 6)));
                }
            }
            return needs;
        }

        private Section Single(uint type) => _sections.FindAll(section => section.Type == type) is [var only] ? only : throw Damaged();

        private ReadOnlySpan<byte> Content(Section section) => Range(section.Offset, section.Size);

        private string Text(uint section, uint offset)
        {
            ReadOnlySpan<byte> texts = Content(section < _sections.Count ? _sections[(int)section] : throw Damaged());
            ReadOnlySpan<byte> text = offset < texts.Length ? texts[(int)offset..] : throw Damaged();
            int length = text.IndexOf((byte)0);
            return length >= 0 ? Encoding.ASCII.GetString(text[..length]) : throw Damaged();
        }

        private ReadOnlySpan<byte> Range(long offset, long size) => Range(_bytes, offset, size);

        private static ReadOnlySpan<byte> Range(ReadOnlySpan<byte> bytes, long offset, long size) =>
            offset >= 0 && size >= 0 && size <= bytes.Length && offset <= bytes.Length - size ? bytes.Slice((int)offset, (int)size) : throw Damaged();

        private static uint UInt32(ReadOnlySpan<byte> bytes, long offset) => BinaryPrimitives.ReadUInt32LittleEndian(Range(bytes, offset, 4));

        private static ushort UInt16(ReadOnlySpan<byte> bytes, long offset) => BinaryPrimitives.ReadUInt16LittleEndian(Range(bytes, offset, 2));

        private static InvalidDataException Damaged() => new("The file is damaged or incomplete.");

        private readonly record struct Section(uint Type, long Offset, long Size, uint Link);

        private readonly record struct VersionNeed(int Offset, string Library, string Name, int Index);
    }
}
