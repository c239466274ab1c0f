# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The metadata types that an org here has, as the Metadata API's WSDL declares them (v63.0): members in their sequence.

``name`` is a required string, ``name:type?`` an optional member, ``name:type*`` one that repeats.
"""

from __future__ import annotations

import dataclasses
import functools
import typing as t

_COMPLEX = {
    "SecuritySettings": """
        canUsersGrantLoginAccess:boolean? enableAdminLoginAsAnyUser:boolean? enableAuditFieldsInactiveOwner:boolean? enableAuraSecureEvalPref:boolean?
        enableCoepHeader:boolean? enableCoopHeader:boolean? enableCrossOrgRedirects:boolean? enablePermissionsPolicy:boolean?
        enableRequireHttpsConnection:boolean? networkAccess:NetworkAccess? passwordPolicies:PasswordPolicies? redirectBlockModeEnabled:boolean?
        sendCspForUncommonClients:boolean? sessionSettings:SessionSettings? singleSignOnSettings:SingleSignOnSettings?
    """,
    "Profile": """
        applicationVisibilities:ProfileApplicationVisibility* categoryGroupVisibilities:ProfileCategoryGroupVisibility*
        classAccesses:ProfileApexClassAccess* custom:boolean? customMetadataTypeAccesses:ProfileCustomMetadataTypeAccess*
        customPermissions:ProfileCustomPermissions* customSettingAccesses:ProfileCustomSettingAccess* description?
        externalDataSourceAccesses:ProfileExternalDataSourceAccess* fieldPermissions:ProfileFieldLevelSecurity* flowAccesses:ProfileFlowAccess*
        layoutAssignments:ProfileLayoutAssignment* loginFlows:LoginFlow* loginHours:ProfileLoginHours? loginIpRanges:ProfileLoginIpRange*
        objectPermissions:ProfileObjectPermissions* pageAccesses:ProfileApexPageAccess* profileActionOverrides:ProfileActionOverride*
        recordTypeVisibilities:ProfileRecordTypeVisibility* tabVisibilities:ProfileTabVisibility* userLicense? userPermissions:ProfileUserPermission*
    """,
    "ConnectedApp": """
        attributes:ConnectedAppAttribute* canvas:CanvasMetadata? canvasConfig:ConnectedAppCanvasConfig? contactEmail contactPhone? description?
        iconUrl? infoUrl? ipRanges:ConnectedAppIpRange* label logoUrl? mobileAppConfig:ConnectedAppMobileDetailConfig? mobileStartUrl?
        oauthConfig:ConnectedAppOauthConfig? oauthPolicy:ConnectedAppOauthPolicy? permissionSetName* plugin? pluginExecutionUser? profileName*
        samlConfig:ConnectedAppSamlConfig? sessionPolicy:ConnectedAppSessionPolicy? startUrl?
    """,
    "ExtlClntAppOauthSettings": """
        areAttributesIncludedInAssetToken:boolean? areCustomPermsIncludedInAssetToken:boolean? assetTokenAudiences? assetTokenSigningCertificate?
        assetTokenValidity:int? clientAssertionCertificate? commaSeparatedCustomScopes? commaSeparatedOauthScopes?
        customAttributes:ExtlClntAppOauthSettingsAttribute* externalClientApplication isFirstPartyAppEnabled:boolean? label? oauthLink?
        singleLogoutUrl? trustedIpRanges:ExtlClntAppOauthIpRange*
    """,
    "ExtlClntAppOauthConfigurablePolicies": """
        apexHandler? clientCredentialsFlowUser? commaSeparatedCustomScopes? commaSeparatedPermissionSet? commaSeparatedProfile?
        customAttributes:ExtlClntAppOauthPoliciesAttribute* executeHandlerAs? externalClientApplication guestJwtTimeout:int? ipRelaxationPolicyType?
        isClientCredentialsFlowEnabled:boolean? isGuestCodeCredFlowEnabled:boolean? isNamedUserJwtEnabled:boolean? isTokenExchangeFlowEnabled:boolean?
        label? namedUserJwtTimeout:int? permittedUsersPolicyType:PermittedUsersPolicyType? policyAction:PolicyAction?
        refreshTokenPolicyType:RefreshTokenPolicyType? refreshTokenValidityPeriod:int? refreshTokenValidityUnit?
        requiredSessionLevel:SessionSecurityLevel? sessionTimeoutInMinutes:int? singleLogoutUrl? startUrl?
    """,
    "NetworkAccess": "ipRanges:IpRange*",
    "PasswordPolicies": """
        apiOnlyUserHomePageURL? complexity:Complexity? expiration:Expiration? historyRestriction? lockoutInterval:LockoutInterval?
        maxLoginAttempts:MaxLoginAttempts? minimumPasswordLength? minimumPasswordLifetime:boolean? obscureSecretAnswer:boolean?
        passwordAssistanceMessage? passwordAssistanceURL? questionRestriction:QuestionRestriction?
    """,
    "SessionSettings": """
        allowUserAuthenticationByCertificate:boolean? allowUserCertBasedAuthenticationWithOcspValidation:boolean?
        canConfirmEmailChangeInLightningCommunities:boolean? canConfirmIdentityBySmsOnly:boolean? disableTimeoutWarning:boolean?
        enableBuiltInAuthenticator:boolean? enableCSPOnEmail:boolean? enableCSRFOnGet:boolean? enableCSRFOnPost:boolean?
        enableCacheAndAutocomplete:boolean? enableClickjackNonsetupSFDC:boolean? enableClickjackNonsetupUser:boolean?
        enableClickjackNonsetupUserHeaderless:boolean? enableClickjackSetup:boolean? enableCoepHeader:boolean?
        enableContentSniffingProtection:boolean? enableCoopHeader:boolean? enableLightningLogin:boolean? enableLightningLoginOnlyWithUserPerm:boolean?
        enableMFADirectUILoginOptIn:boolean? enableOauthCorsPolicy:boolean? enablePermissionsPolicy:boolean? enablePostForSessions:boolean?
        enableSMSIdentity:boolean? enableU2F:boolean? enforceIpRangesEveryRequest:boolean? enforceUserDeviceRevoked:boolean?
        forceLogoutOnSessionTimeout:boolean? forceRelogin:boolean? grantCameraAccess? grantMicrophoneAccess? hasRetainedLoginHints:boolean?
        hasUserSwitching:boolean? hstsOnForcecomSites:boolean? identityConfirmationOnEmailChange:boolean?
        identityConfirmationOnTwoFactorRegistrationEnabled:boolean? lockSessionsToDomain:boolean? lockSessionsToIp:boolean? lockerServiceAPIVersion?
        lockerServiceCSP:boolean? lockerServiceNext:boolean? lockerServiceNextControl:boolean? logoutURL? redirectBlockModeEnabled:boolean?
        redirectionWarning:boolean? referrerPolicy:boolean? referrerPolicyDirective? requireHttpOnly:boolean? sendCspForUncommonClients:boolean?
        sessionTimeout:SessionTimeout? sidToken3rdPartyAuraApp:boolean? skipSFAWhenMFADirectUILogin:boolean?
        terminateUserSessionsWhenAdminResetsPassword:boolean? useEAPIRateLimitForConnectAPI:boolean? useLocalStorageForLogoutUrl:boolean?
        welcomeEmailTemplateId?
    """,
    "SingleSignOnSettings": """
        enableCaseInsensitiveFederationID:boolean? enableForceDelegatedCallout:boolean? enableMultipleSamlConfigs:boolean?
        enableSamlJitProvisioning:boolean? enableSamlLogin:boolean? isLoginWithSalesforceCredentialsDisabled:boolean?
    """,
    "ProfileApplicationVisibility": "application default:boolean visible:boolean",
    "ProfileCategoryGroupVisibility": "dataCategories* dataCategoryGroup visibility:CategoryGroupVisibility",
    "ProfileApexClassAccess": "apexClass enabled:boolean",
    "ProfileCustomMetadataTypeAccess": "enabled:boolean name",
    "ProfileCustomPermissions": "enabled:boolean name",
    "ProfileCustomSettingAccess": "enabled:boolean name",
    "ProfileExternalDataSourceAccess": "enabled:boolean externalDataSource",
    "ProfileFieldLevelSecurity": "editable:boolean field readable:boolean?",
    "ProfileFlowAccess": "enabled:boolean flow",
    "ProfileLayoutAssignment": "layout recordType?",
    "LoginFlow": "flow? flowType:LoginFlowType friendlyName uiLoginFlowType:UiLoginFlowType useLightningRuntime:boolean? vfFlowPage? vfFlowPageTitle?",
    "ProfileLoginHours": """
        fridayEnd? fridayStart? mondayEnd? mondayStart? saturdayEnd? saturdayStart? sundayEnd? sundayStart? thursdayEnd? thursdayStart? tuesdayEnd?
        tuesdayStart? wednesdayEnd? wednesdayStart?
    """,
    "ProfileLoginIpRange": "description? endAddress startAddress",
    "ProfileObjectPermissions": """
        allowCreate:boolean? allowDelete:boolean? allowEdit:boolean? allowRead:boolean? modifyAllRecords:boolean? object viewAllFields:boolean?
        viewAllRecords:boolean?
    """,
    "ProfileApexPageAccess": "apexPage enabled:boolean",
    "ProfileActionOverride": "actionName content? formFactor:FormFactor pageOrSobjectType recordType? type:ActionOverrideType",
    "ProfileRecordTypeVisibility": "default:boolean personAccountDefault:boolean? recordType visible:boolean",
    "ProfileTabVisibility": "tab visibility:TabVisibility",
    "ProfileUserPermission": "enabled:boolean name",
    "ConnectedAppAttribute": "formula key",
    "CanvasMetadata": "accessMethod canvasOptions? canvasUrl lifecycleClass? locationOptions? samlInitiationMethod?",
    "ConnectedAppCanvasConfig": """
        accessMethod:AccessMethod canvasUrl lifecycleClass? locations:CanvasLocationOptions* options:CanvasOptions*
        samlInitiationMethod:SamlInitiationMethod?
    """,
    "ConnectedAppIpRange": "description? end start",
    "ConnectedAppMobileDetailConfig": """
        applicationBinaryFile:base64Binary? applicationBinaryFileName? applicationBundleIdentifier? applicationFileLength:int? applicationIconFile?
        applicationIconFileName? applicationInstallUrl? devicePlatform:DevicePlatformType deviceType:DeviceType? minimumOsVersion? privateApp:boolean?
        version
    """,
    "ConnectedAppOauthConfig": """
        assetTokenConfig:ConnectedAppOauthAssetToken? callbackUrl certificate? consumerKey? consumerSecret? idTokenConfig:ConnectedAppOauthIdToken?
        isAdminApproved:boolean? isClientCredentialEnabled:boolean? isCodeCredentialEnabled:boolean? isCodeCredentialPostOnly:boolean?
        isConsumerSecretOptional:boolean? isIntrospectAllTokens:boolean? isNamedUserJwtEnabled:boolean? isPkceRequired:boolean?
        isRefreshTokenRotationEnabled:boolean? isSecretRequiredForRefreshToken:boolean? isSecretRequiredForTokenExchange:boolean?
        isTokenExchangeEnabled:boolean? oauthClientCredentialUser? scopes:ConnectedAppOauthAccessScope* singleLogoutUrl?
    """,
    "ConnectedAppOauthPolicy": "ipRelaxation isTokenExchangeFlowEnabled:boolean? refreshTokenPolicy singleLogoutUrl?",
    "ConnectedAppSamlConfig": """
        acsUrl certificate? encryptionCertificate? encryptionType:SamlEncryptionType? entityUrl issuer? samlIdpSLOBindingEnum:SamlIdpSLOBinding?
        samlNameIdFormat:SamlNameIdFormatType? samlSigningAlgoType:SamlSigningAlgoType? samlSloUrl? samlSubjectCustomAttr?
        samlSubjectType:SamlSubjectType
    """,
    "ConnectedAppSessionPolicy": "policyAction? sessionLevel? sessionTimeout:int?",
    "ExtlClntAppOauthSettingsAttribute": "formula key",
    "ExtlClntAppOauthIpRange": "description? endIpAddress startIpAddress",
    "ExtlClntAppOauthPoliciesAttribute": "formula key",
    "IpRange": "description? end? start?",
    "ConnectedAppOauthAssetToken": """
        assetAudiences assetIncludeAttributes:boolean assetIncludeCustomPerms:boolean assetSigningCertId assetValidityPeriod:int
    """,
    "ConnectedAppOauthIdToken": """
        idTokenAudience? idTokenIncludeAttributes:boolean? idTokenIncludeCustomPerms:boolean? idTokenIncludeStandardClaims:boolean?
        idTokenValidity:int?
    """,
}

_ENUMERATIONS = {
    "PermittedUsersPolicyType": "AllSelfAuthorized AdminApprovedPreAuthorized",
    "PolicyAction": "Block RaiseSessionLevel",
    "RefreshTokenPolicyType": "Infinite Zero SpecificLifetime SpecificInactivity",
    "SessionSecurityLevel": "LOW STANDARD HIGH_ASSURANCE",
    "Complexity": """
        NoRestriction AlphaNumeric SpecialCharacters UpperLowerCaseNumeric UpperLowerCaseNumericSpecialCharacters
        Any3UpperLowerCaseNumericSpecialCharacters
    """,
    "Expiration": "ThirtyDays SixtyDays NinetyDays SixMonths OneYear Never",
    "LockoutInterval": "FifteenMinutes ThirtyMinutes SixtyMinutes Forever",
    "MaxLoginAttempts": "ThreeAttempts FiveAttempts TenAttempts NoLimit",
    "QuestionRestriction": "None DoesNotContainPassword",
    "SessionTimeout": "TwentyFourHours TwelveHours EightHours FourHours TwoHours NinetyMinutes SixtyMinutes ThirtyMinutes FifteenMinutes",
    "CategoryGroupVisibility": "ALL NONE CUSTOM",
    "LoginFlowType": "UI",
    "UiLoginFlowType": "VisualWorkflow VisualForce",
    "FormFactor": "Small Medium Large",
    "ActionOverrideType": "Default Standard Scontrol Visualforce Flexipage LightningComponent",
    "TabVisibility": "Hidden DefaultOff DefaultOn",
    "AccessMethod": "Get Post",
    "CanvasLocationOptions": "None Chatter UserProfile Visualforce Aura Publisher ChatterFeed ServiceDesk OpenCTI AppLauncher MobileNav PageLayout",
    "CanvasOptions": "HideShare HideHeader PersonalEnabled",
    "SamlInitiationMethod": "None IdpInitiated SpInitiated",
    "DevicePlatformType": "ios android",
    "DeviceType": "phone tablet minitablet",
    "ConnectedAppOauthAccessScope": """
        Basic Api Web Full Chatter CustomApplications RefreshToken OpenID Profile Email Address Phone OfflineAccess CustomPermissions Wave Eclair
        Pardot Lightning Content CDPIngest CDPProfile CDPQuery Chatbot CDPSegment CDPIdentityResolution CDPCalculatedInsight ForgotPassword
        UserRegistration SFAP Interaction CDP EinsteinGPT PwdlessLogin
    """,
    "SamlEncryptionType": "AES_128 AES_256 Triple_Des",
    "SamlIdpSLOBinding": "RedirectBinding PostBinding",
    "SamlNameIdFormatType": "Unspecified EmailAddress Persistent Transient",
    "SamlSigningAlgoType": "SHA1 SHA256",
    "SamlSubjectType": "Username FederationId UserId SpokeId CustomAttribute PersistentId",
}


@dataclasses.dataclass(frozen=True)
class Kind:
    """A type of component. ``since`` is its first API version; ``folder`` and ``suffix`` make the file name in a listing."""

    name: str
    since: float
    folder: str
    suffix: str
    prefix: str = ""
    listed_as: str = ""


KINDS = {
    kind.name: kind
    for kind in (
        Kind("SecuritySettings", 25.0, "settings", "settings", listed_as="Settings"),
        Kind("Profile", 10.0, "profiles", "profile", "00e"),
        Kind("ConnectedApp", 29.0, "connectedApps", "connectedApp", "0H4"),
        Kind("ExtlClntAppOauthSettings", 59.0, "extlClntAppOauthSettings", "ecaOauth", "0xJ"),
        Kind("ExtlClntAppOauthConfigurablePolicies", 59.0, "extlClntAppOauthPolicies", "ecaOauthPlcy", "0xK"),
    )
}


@dataclasses.dataclass(frozen=True)
class Member:
    name: str
    type: str
    required: bool
    many: bool

    @property
    def complex(self) -> bool:
        return self.type in _COMPLEX


@functools.cache
def members(type_name: str) -> dict[str, Member]:
    """The members of a complex type by name, in the order in which they must come."""
    found = {}
    for item in _COMPLEX[type_name].split():
        bare = item.rstrip("?*")
        name, _colon, kind = bare.partition(":")
        found[name] = Member(name, kind or "string", item == bare, item.endswith("*"))
    return found


def choices(type_name: str) -> t.Sequence[str] | None:
    """The values that an enumeration allows; None where the type is no enumeration."""
    return _ENUMERATIONS[type_name].split() if type_name in _ENUMERATIONS else None
