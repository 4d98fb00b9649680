using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using System.Runtime.Versioning;
using TorchSharp;

namespace GBlend.MLNet.Native;

/// <summary>
/// Lets TorchSharp's native library load on a Linux whose libstdc++ is older than GCC 13's, such as Debian 12, and says what is wrong where
/// it cannot be loaded at all.
/// </summary>
/// <remarks>
/// <para>
/// Nothing happens on other systems, or where the library loads as it is: the runtime asks <see cref="Resolve"/> only when its own search
/// has failed. It does so from the moment that any code of this assembly has run. A program that uses <c>torch</c> before it touches a
/// type of this assembly is out of reach and sees TorchSharp's own exception, and so is one whose host loads TorchSharp into another load
/// context and that uses <c>torch</c> before <see cref="EnsureLoaded"/>.
/// </para>
/// </remarks>
internal static class TorchNativeLoader
{
    private const string LibraryName = "LibTorchSharp";

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
            _ = LibTorchSharpCure.Library.Value;
        s_isLoaded = true;
    }

    /// <summary>TorchSharp's native library, by which the functions of all that it needs are found as well; 0 if it is not there.</summary>
    internal static nint Handle
    {
        get
        {
            EnsureLoaded();
            return NativeLibrary.TryLoad(LibraryName, typeof(torch).Assembly, null, out nint handle) ? handle : IsLinuxX64 ? LibTorchSharpCure.Library.Value
                : 0;
        }
    }

    /// <summary>The system's loader kills the process when a library ends too early, as after a copy to a full disk. A message is better.</summary>
    private static void RequireComplete()
    {
        foreach (string path in NativeFiles.Dependencies.Append(NativeFiles.TorchSharp).Select(NativeFiles.Find).OfType<string>())
        {
            using FileStream library = File.OpenRead(path);
            if (!ElfLibrary.IsComplete(library))
                throw new DllNotFoundException($"{path} is damaged or incomplete. Build or publish the application again.");
        }
    }

    /// <summary>Called by the runtime when it has not found a native library. An exception thrown here ends up in TorchSharp's own message.</summary>
    [SupportedOSPlatform("linux")]
    private static nint Resolve(Assembly assembly, string name) => name == LibraryName ? LibTorchSharpCure.Library.Value : 0;
}
