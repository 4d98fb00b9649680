using System.Diagnostics.CodeAnalysis;
using TorchSharp;

namespace GBlend.MLNet.Native;

/// <summary>The places where an application on Linux has the native libraries of torch.</summary>
internal static class NativeFiles
{
    /// <summary>The library of TorchSharp that the runtime asks for.</summary>
    internal const string TorchSharp = "libLibTorchSharp.so";

    /// <summary>The library of libtorch that every package of it has.</summary>
    internal const string Torch = "libtorch_cpu.so";

    private const string NativeFolder = "runtimes/linux-x64/native";
    private const string LibtorchPackage = "libtorch-cpu-linux-x64";
    private const string LibtorchVersion = "2.10.0";

    /// <summary>What TorchSharp's library needs, in the order in which each can be loaded; only a CUDA package has the cuda ones.</summary>
    internal static IReadOnlyList<string> Dependencies { get; } = ["libc10.so", Torch, "libc10_cuda.so", "libtorch_cuda.so", "libtorch.so"];

    /// <summary>Finds a library; <see langword="null"/> when it is nowhere.</summary>
    internal static string? Find(string file) => SearchFolders().Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists);

    /// <summary>Says that a library is nowhere, and which package brings it.</summary>
    internal static DllNotFoundException NotFound(string file) => new(
        $"TorchSharp's native library was not found ({file} is missing). Add a package reference to {LibtorchPackage} {LibtorchVersion} " +
        $"(or TorchSharp-cuda-linux) to the application project. Searched: {string.Join(", ", SearchFolders())}.");

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
}
